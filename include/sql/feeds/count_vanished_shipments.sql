-- of the shipments open in our books, how many does a complete list not name?
select
    count(*) as known,
    count(*) filter (where shipment_id <> all(:named)) as vanished
from shipment
where status = 'open' and missing_since is null
