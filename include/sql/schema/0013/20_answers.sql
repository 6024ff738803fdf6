-- grain: one answer, at most one per invitation: whoever comes a second time is refused here, from wherever they come
create table survey_answer (
    answer_id bigint generated always as identity primary key,
    invitation_id bigint not null references survey_invitation,
    at timestamptz not null,
    score smallint not null check (score between 0 and 10),
    words text check (words ~ '\S' and char_length(words) <= 500),  -- without addresses and long numbers
    channel text not null check (channel in ('mail', 'call')),
    constraint survey_answer_once unique (invitation_id)
);
create trigger survey_answer_append_only before update or delete on survey_answer
for each row execute function refuse_change();
create trigger survey_answer_not_truncated before truncate on survey_answer
for each statement execute function refuse_change();

create function take_answer() returns trigger language plpgsql as $$
declare
    asked survey_invitation;
begin
    select * into strict asked from survey_invitation where invitation_id = new.invitation_id for no key update;
    if asked.state not in ('planned', 'sent') or asked.effect_id is null or new.at >= asked.valid_until then
        raise exception 'invitation % takes no answer', new.invitation_id using errcode = 'OW061';
    end if;
    return new;
end
$$;
create trigger survey_answer_taken before insert on survey_answer for each row execute function take_answer();

-- news for the review of the incident, from the very statement that took the answer
create function mark_answered() returns trigger language plpgsql as $$
begin
    update survey_invitation set state = 'answered' where invitation_id = new.invitation_id;
    return null;
end
$$;
create trigger survey_answer_counted after insert on survey_answer for each row execute function mark_answered();
