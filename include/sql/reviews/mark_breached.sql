-- reviews whose time is up and that are not complete; each once
update incident_review set state = 'breached', breached_at = :now
where state in ('wanted', 'waiting') and due_at <= :now
returning incident_id
