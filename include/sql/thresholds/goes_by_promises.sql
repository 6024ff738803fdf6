-- whether one of these versions decides by promises where there is one
select exists(
    select 1 from threshold_version
    where version = any(:versions) and document is not null
) as promises
