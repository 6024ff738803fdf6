-- which run of Airflow has written which version of a review
create table review_run (
    review_id bigint not null,
    version integer not null,
    run_id text not null check (run_id ~ '\S'),
    primary key (review_id, version),
    foreign key (review_id, version) references review_document
);
create index review_run_of on review_run (run_id);
create trigger review_run_immutable before update or delete on review_run
for each row execute function refuse_change();
create trigger review_run_not_truncated before truncate on review_run
for each statement execute function refuse_change();
