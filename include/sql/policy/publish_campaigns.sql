-- a limit that the file no longer names is gone
with wanted as (
    select w.campaign, w.currency, w.per_month
    from jsonb_to_recordset(cast(:campaigns as jsonb)) as w (campaign text, currency text, per_month bigint)
),

gone as (
    delete from campaign_limit as c
    where not exists (select 1 from wanted as w where w.campaign = c.campaign and w.currency = c.currency)
)

insert into campaign_limit as known (campaign, currency, per_month_minor)
select campaign, currency, per_month from wanted
on conflict (
    campaign, currency) do update set per_month_minor = excluded.per_month_minor
where known.per_month_minor <> excluded.per_month_minor
