-- orders that are late without excuse, and what they have in common
create table anomaly (
    anomaly_id bigint generated always as identity primary key,
    order_id text not null references orders,
    node smallint not null references node_policy,
    verdict text not null check (verdict in ('anomaly', 'suspect')),
    level smallint not null check (level between 0 and 3),
    batch_no text,
    entered_at timestamptz not null,
    alert_at timestamptz not null,
    detected_at timestamptz not null,
    closed_at timestamptz,
    threshold_version integer references threshold_version,
    evidence jsonb not null,
    explanation jsonb not null
);
create unique index anomaly_one_open on anomaly (order_id, node) where closed_at is null;
create index anomaly_open_batch on anomaly (node, batch_no) where closed_at is null;

create table incident (
    incident_id bigint generated always as identity primary key,
    dedup_key text not null,
    kind text not null
    check (kind in ('single', 'triage', 'batch', 'stock_out', 'system_failure', 'mass_delay', 'source')),
    level smallint not null check (level between 0 and 3),
    state text not null default 'open' check (
        state in ('triage', 'open', 'acknowledged', 'mitigated', 'resolved', 'closed', 'dismissed', 'merged')
    ),
    control text not null default 'auto' check (control in ('auto', 'paused', 'manual')),
    owner_role text not null,
    reasons jsonb not null default '[]',
    parent_id bigint references incident,
    inhibited_by bigint references incident,
    observed_at timestamptz not null,
    opened_at timestamptz not null,
    acknowledge_by timestamptz,
    triage_until timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    review_due_at timestamptz,
    reopened integer not null default 0,
    check ((state = 'merged') = (parent_id is not null)),
    check ((state = 'triage') <= (triage_until is not null)),
    check ((state in ('resolved', 'closed')) <= (resolved_at is not null)),
    check ((state in ('closed', 'dismissed', 'merged')) = (closed_at is not null)),
    check ((state = 'closed') = (review_due_at is not null)),
    check (review_due_at <= closed_at + interval '72 hours')
);
create unique index incident_one_live on incident (dedup_key)
where state not in ('closed', 'dismissed', 'merged');

create table incident_member (
    incident_id bigint not null references incident,
    anomaly_id bigint not null references anomaly,
    primary key (incident_id, anomaly_id)
);
create index incident_member_anomaly on incident_member (anomaly_id);

-- everything that happened and everything that was decided, silence included; never changed, never deleted
create table timeline (
    timeline_id bigint generated always as identity primary key,
    at timestamptz not null,
    event text not null,
    actor text not null,
    incident_id bigint references incident,
    order_id text,
    node smallint,
    detail jsonb not null default '{}',
    scan_id bigint references scan_run,
    policy_version text,
    threshold_version integer
);
create index timeline_incident on timeline (incident_id, timeline_id);
create index timeline_order on timeline (order_id, timeline_id);
-- the same decision for the same reasons is written once, however many scans take it
create unique index timeline_decision_once on timeline (
    order_id,
    node,
    event,
    coalesce(detail ->> 'expected_until', ''),
    md5(coalesce((detail -> 'evidence' -> 'reasons')::text, ''))
)
where incident_id is null;
create trigger timeline_append_only before update or delete on timeline
for each row execute function refuse_change();
create trigger timeline_not_truncated before truncate on timeline
for each statement execute function refuse_change();
