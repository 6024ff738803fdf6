-- whoever prints first has printed it
insert into review_print (review_id, version, language, printed_at, pdf)
values (:review_id, :version, :language, :now, :pdf)
on conflict do nothing
