select exists(select 1 from rating where link_id = :link_id) as used
