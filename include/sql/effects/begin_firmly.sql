-- whatever the server's defaults: a claim that a crash could undo would be sent again, and a sender that freezes with
-- its locks in hand must not stop all others
select
    set_config('synchronous_commit', 'on', true) as durable,
    set_config('idle_in_transaction_session_timeout', '30s', true) as patience
