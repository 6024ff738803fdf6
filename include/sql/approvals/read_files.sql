-- the very files that runs follow
select sha, playbook, raw from playbook_version
where sha = any(:shas)
