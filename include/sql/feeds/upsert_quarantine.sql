-- grain: one row per record and reason, however often it is seen
insert into quarantine as known (
    pull_id, source, feed, record_id, reason, message, detail, record, record_sha, first_seen_at
)
select
    :pull_id, :source, :feed, r.record_id, r.reason, r.message, r.detail, r.record,
    encode(sha256(convert_to(r.record::text, 'utf8')), 'hex'), :now
from
    jsonb_to_recordset(cast(:rejected as jsonb))
        as r (
            record_id text, reason text, message jsonb, detail text, record jsonb
        )
on conflict (source, feed, record_sha, reason) do nothing
