-- grain: one incident with a review of its own that nobody has heard of yet; from now on somebody has
update incident_review as r set told_at = :now
from review as v
where r.review_id = v.review_id and v.kind = 'single' and r.told_at is null
returning r.incident_id
