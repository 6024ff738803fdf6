-- the promise clock of the version in force; none where the limits alone decide
select v.version, v.document
from threshold_active as a
inner join threshold_version as v on a.version = v.version
where v.document is not null
