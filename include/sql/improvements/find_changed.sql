-- one row: which of the things that an improvement says it has changed there are
select
    (select r.rule_id from learned_rule as r where r.rule_id = :rule) as changed_rule,
    (select v.version from threshold_version as v where v.version = :version) as changed_version,
    (
        select p.sha from playbook_version as p
        where p.playbook = :playbook and starts_with(p.sha, :sha)
        order by p.first_seen_at desc limit 1
    ) as changed_sha
