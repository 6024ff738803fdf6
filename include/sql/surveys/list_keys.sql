-- grain: one letter or task of a survey that is on its way
select e.effect_key
from survey_invitation as s
inner join effect as e on s.effect_id = e.effect_id
where s.state = 'planned' and e.state in ('planned', 'sending', 'unknown')
order by e.effect_id
