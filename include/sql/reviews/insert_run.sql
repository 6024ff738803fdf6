insert into review_run (review_id, version, run_id) values (:review_id, :version, :run_id)
