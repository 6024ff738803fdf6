-- where effects go. idempotent: recognises our key; queryable: can be asked; blind: neither
alter table sink drop constraint sink_class_check;
alter table sink add constraint sink_class_check check (class in ('idempotent', 'queryable', 'blind'));
alter table sink
add column fail_streak integer not null default 0,
add column open_until timestamptz,
add column per_minute integer check (per_minute > 0),
add column reserved integer not null default 0;
insert into sink (sink, class, lease, key_retention) values
('work_order', 'idempotent', '2 minutes', '24 hours'),
('voucher', 'idempotent', '2 minutes', '24 hours'),
('warehouse', 'idempotent', '2 minutes', '24 hours'),
('website', 'idempotent', '2 minutes', '24 hours'),
('crm_note', 'queryable', '2 minutes', default),
('customer_mail', 'blind', '3 minutes', default);

-- a robot takes 20 messages a minute: shared by all workers, three of them kept for level 3
update sink set per_minute = 20, reserved = 3
where sink = 'wecom_robot';
create table sink_bucket (
    sink text not null references sink,
    recipient text not null,
    tokens double precision not null,
    filled_at timestamptz not null,
    primary key (sink, recipient)
);
