-- what was said at the close, kept once beside what the rules say
insert into review_correction (
    at, incident_id, given, login, root_cause, reason, said_cause, said_confidence, wrong_rule
)
select
    i.closed_at, i.incident_id, 'close',
    coalesce((
        select p.login from person_action as p
        where p.incident_id = i.incident_id and p.action = 'close'
        order by p.action_id desc limit 1
    ), 'orderwatch'),
    i.root_cause, i.root_cause_note, :said_cause, :said_confidence, :wrong_rule
from incident as i
where i.incident_id = :incident_id and i.root_cause is not null
on conflict do nothing
