update feed_pull set
    state = :state,
    records = coalesce(:records, records),
    accepted = coalesce(:accepted, accepted),
    refused = coalesce(:refused, refused),
    clock_skew_s = coalesce(:clock_skew_s, clock_skew_s),
    checks = coalesce(cast(:checks as jsonb), checks),
    error = :error
where pull_id = :pull_id
