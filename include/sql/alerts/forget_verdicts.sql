-- what another policy said counts no longer; a time that was granted and has run out stays a broken promise
update order_alert set
    judged_at = null,
    verdict = null,
    expected_until = null,
    granted_until = case when granted_until <= :now then granted_until end
where verdict is not null or expected_until is not null
