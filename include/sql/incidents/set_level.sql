-- raised: what was done so far is not enough, and nothing is overruled any more; lowered: this level is overruled
update incident set
    overruled_level = case
        when :level < level then greatest(level, overruled_level)
        when overruled_level > :level then overruled_level
    end,
    state = case
        when state = 'mitigated' and :level > level and acknowledged_at is null then 'open'
        when state = 'mitigated' and :level > level then 'acknowledged'
        else state
    end,
    level = :level,
    owner_role = :owner_role
where incident_id = :incident_id
