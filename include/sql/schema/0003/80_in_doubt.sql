-- an attempt that may have arrived is not undone by a later one that surely did not: such an effect never becomes
-- `planned` (it would expire, be cancelled, and give its money back) and never `failed` (a sink that refuses a second
-- request refuses the repeat of what it has done)
alter table effect add column in_doubt boolean not null default false;
insert into effect_transition (before, after) values ('sending', 'needs_human');
create index effect_event_effect on effect_event (effect_id);

-- of a queryable sink, key_retention is how long what is not found there may still be on its way: proxies and queues
-- give up within five minutes, so that after twice this time a person has to look
update sink set key_retention = '10 minutes' where class = 'queryable';
