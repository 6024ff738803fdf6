-- taken over: whoever has stopped the automation does the work by hand meanwhile
alter table pause add column control text not null default 'paused' check (control in ('paused', 'manual'));

-- a pause that has committed stops every act that has not begun: taking one waits for the claims that are just being
-- made, and a claim looks for pauses once more when no pause can come into being any more before it has committed
create function wait_for_claims() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(7306);
    return new;
end
$$;
create trigger pause_after_claims before insert on pause for each row execute function wait_for_claims();

create function heed_pauses() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(7306);
    if new.incident_id is not null and not (new.undoes is not null and new.step like 'undo %')
        and pause_of(new.incident_id, new.order_id) is not null
    then
        return null;
    end if;
    return new;
end
$$;
create trigger effect_heeds_pauses before update on effect for each row
when (old.state in ('planned', 'unknown') and new.state = 'sending') execute function heed_pauses();
