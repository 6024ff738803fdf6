-- the day that the customer was promised, and what a clock that goes by it said: when an order is late, and with which
-- chance its promise breaks
alter table orders add column promised_at timestamptz;

alter table order_alert
add column ordered_at timestamptz,
add column promised_at timestamptz,
add column promise_alert_at timestamptz,
add column chance real check (chance between 0 and 1),
add constraint order_alert_promise check (promise_alert_at is null or promised_at is not null),
add constraint order_alert_chance check (chance is null or promise_alert_at is not null);

-- what a promise clock has learned, so that the same object can be made again; none where limits alone decide
alter table threshold_version add column document jsonb;

-- how long the orders of the level that was used took: the shares are those of core/models/quantiles.py
alter table threshold
add column quantiles bigint[] check (cardinality(quantiles) = 23),
add column learned_to timestamptz;  -- of a limit that was kept: until when it was learned from; else as its version
