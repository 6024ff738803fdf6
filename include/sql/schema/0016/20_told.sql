-- whoever owns an incident hears once that its review is there
alter table incident_review add column told_at timestamptz;
update incident_review set told_at = looked_at where review_id is not null;
alter table incident_review add constraint incident_review_told check (told_at is null or review_id is not null);
