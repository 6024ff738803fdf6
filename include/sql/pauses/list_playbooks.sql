-- the playbooks that a pause may be over: those that have ever been served
select distinct playbook from playbook_version
order by playbook
