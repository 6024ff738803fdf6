-- between the claim and the act the sources are asked about the order: it may be called off, and asking takes time
insert into effect_transition (before, after) values ('sending', 'cancelled');
update sink set lease = lease + interval '1 minute' where sink in ('voucher', 'customer_mail');

create index effect_waiting_or_held on effect (effect_id) where state in ('planned', 'held', 'unknown');

-- an act that is not to be any more leaves no question open
create function withdraw_question() returns trigger language plpgsql as $$
begin
    update approval set outcome = 'withdrawn', closed_at = business_now()
    where effect_id = new.effect_id and outcome is null;
    return null;
end
$$;
create trigger effect_question after update of state on effect for each row
when (old.state = 'held' and new.state in ('cancelled', 'expired')) execute function withdraw_question();
