-- what the cause happened to: the code, the article in its warehouse, the carrier …; the same cause of the same is a
-- repeat
alter table incident_review add column subject text;
alter table incident_review add constraint incident_review_subject check (subject is null or cause is not null);
drop index incident_review_cause_of;
create index incident_review_cause_of on incident_review (cause, subject, ended_at) where cause is not null;
