select file, problem, seen_at from playbook_error
order by file
