-- one row: whether a person has stopped everything, or all that is done about an order
select pause_of(null, :order_id) is not null as paused
