-- who else was late while an incident lasted
create index anomaly_closed on anomaly (closed_at);
