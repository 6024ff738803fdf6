-- a version of a review on paper, as it was printed: kept, so that everybody holds the same sheets
create table review_print (
    review_id bigint not null,
    version integer not null,
    language text not null check (language in ('zh-CN', 'en')),
    printed_at timestamptz not null,
    pdf bytea not null check (encode(substring(pdf for 5), 'escape') = '%PDF-'),
    primary key (review_id, version, language),
    foreign key (review_id, version) references review_document
);
create trigger review_print_immutable before update or delete on review_print
for each row execute function refuse_change();
create trigger review_print_not_truncated before truncate on review_print
for each statement execute function refuse_change();
