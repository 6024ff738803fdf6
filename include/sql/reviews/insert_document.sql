-- the next version, unless the last one says the same
insert into review_document (review_id, version, written_at, policy_version, content)
select :review_id, coalesce(max(d.version), 0) + 1, :now, :policy_version, cast(:content as jsonb)
from review_document as d
where d.review_id = :review_id
having
    (array_agg(d.sha order by d.version desc))[1]
    is distinct from encode(sha256(convert_to(cast(:content as jsonb)::text, 'UTF8')), 'hex')
returning version, sha
