-- grain: one review and language whose latest version is not on paper, the latest first; a collection only when its
-- week is over, for until then it grows with every close
select d.review_id, d.version, l.language
from review as r
inner join lateral (
    select x.review_id, x.version, x.written_at from review_document as x
    where x.review_id = r.review_id
    order by x.version desc
    limit 1
) as d on true
cross join (values ('zh-CN'), ('en')) as l (language)
where
    (r.kind = 'single' or r.week + 7 <= :today)
    and not exists (
        select 1 from review_print as p
        where p.review_id = d.review_id and p.version = d.version and p.language = l.language
    )
order by d.written_at desc, d.review_id desc, l.language desc
limit :most
