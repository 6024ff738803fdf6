-- open in our books, and neither in the list of everything open, nor changed, nor refused: finished without a word?
-- where too many are gone at once, the list is to blame and nothing is believed
with waiting as (
    select order_id from orders
    where status = 'open'
),

absent as (
    select w.order_id
    from waiting as w
    where
        not exists (
            select 1 from feed_row as f
            where f.pull_id = :pull_id and f.body ->> 'order_id' = w.order_id
        )
        and not exists (
            select 1
            from quarantine as q
            inner join feed_pull as p on q.source = p.source and q.feed = p.feed
            where p.pull_id = :pull_id and q.state = 'new' and q.record_id = w.order_id
        )
),

missed as (
    update orders as k set missing_since = :now
    from absent as a
    where
        k.order_id = a.order_id and k.missing_since is null
        and (select count(*) from absent) <= ceil(:vanished_share * (select count(*) from waiting))
    returning k.order_id
)

insert into changed_order (order_id)
select order_id from missed
on conflict do nothing
