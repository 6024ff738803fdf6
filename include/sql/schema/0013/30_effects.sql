-- a survey is a letter to a customer, or a task of the call centre, that belongs to no step of a playbook: its incident
-- is over, so it waits for nothing in it, and only a pause of everything or of its order stops it
alter table effect drop constraint effect_family_check;
alter table effect add constraint effect_family_check check (
    family in (
        'opened', 'grown', 'digest', 'resolved', 'task_failed', 'response', 'approval', 'escalated', 'reminder',
        'survey'
    )
);
alter table effect add constraint effect_survey check (
    family <> 'survey' or side_effect = 'customer' and incident_id is null
);
insert into sink (sink, class, lease, key_retention) values ('crm_task', 'queryable', '3 minutes', default);

create or replace function heed_pauses() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(7306);
    if (new.incident_id is not null or new.family = 'survey') and not (new.undoes is not null and new.step like 'undo %')
        and pause_of(new.incident_id, new.order_id) is not null
    then
        return null;
    end if;
    return new;
end
$$;

-- how it went with the letter is known of its invitation from the very statement that says so. A customer who does not
-- want to be written to is asked no more; one whose address takes no mail is called
create function note_survey_effect() returns trigger language plpgsql as $$
begin
    if new.state = 'delivered' then
        update survey_invitation set state = 'sent', sent_at = new.delivered_at
        where effect_id = new.effect_id and state = 'planned';
    elsif new.state = 'failed' and new.sink = 'customer_mail' then
        update survey_invitation set
            channel = 'call', effect_id = null, link_id = null, asked_at = null, valid_until = null
        where effect_id = new.effect_id and state = 'planned';
    else
        update survey_invitation set
            state = 'not_asked', reason = case new.state when 'cancelled' then 'opt_out' else 'not_delivered' end
        where effect_id = new.effect_id and state = 'planned';
    end if;
    return null;
end
$$;
create trigger effect_of_survey after update of state on effect for each row
when (new.family = 'survey' and old.state <> new.state and new.state in ('delivered', 'failed', 'expired', 'cancelled'))
execute function note_survey_effect();
