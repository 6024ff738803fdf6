-- messages of playbooks: not the scan's alerts, though the same people may get them
select effect_key, sink, payload ->> 'text' as text, state
from effect
where step is not null or family = 'approval'
