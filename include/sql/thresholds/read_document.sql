-- the promise clock of a version, of the one in force if none is named; none where the limits alone decide
select v.version, v.document
from threshold_version as v
where
    v.version = coalesce(cast(:version as integer), (select version from threshold_active))
    and v.document is not null
