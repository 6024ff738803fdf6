-- what was done and can be taken back: the act that does so names the one it undoes, and gives its money back
alter table effect drop constraint effect_state_check;
alter table effect add constraint effect_state_check check (
    state in (
        'held', 'planned', 'sending', 'delivered', 'undone', 'unknown', 'needs_human', 'failed', 'expired', 'cancelled'
    )
);
do $$
declare
    known text;
begin
    select conname into strict known from pg_constraint
    where conrelid = 'effect'::regclass and pg_get_constraintdef(oid) like '%delivered_at IS NOT NULL%';
    execute format('alter table effect drop constraint %I', known);
end
$$;
alter table effect add constraint effect_delivered check (
    (state in ('delivered', 'undone')) = (delivered_at is not null)
);
alter table effect add column undoes bigint references effect check (undoes <> effect_id);
create unique index effect_undone_once on effect (undoes)
where undoes is not null and state not in ('cancelled', 'expired', 'failed');
insert into effect_transition (before, after) values ('delivered', 'undone');

create function mark_undone() returns trigger language plpgsql as $$
begin
    update effect set state = 'undone'
    where effect_id = new.undoes and state = 'delivered';
    return null;
end
$$;
create trigger effect_undo after update of state on effect for each row
when (old.state <> 'delivered' and new.state = 'delivered' and new.undoes is not null) execute function mark_undone();
