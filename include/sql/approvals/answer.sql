insert into approval_answer (approval_id, login, role, decision, amount_minor, payload_sha, note, at)
values (:approval_id, :login, :role, :decision, :amount_minor, :payload_sha, :note, :now)
on conflict (approval_id, login) do nothing
returning approval_id
