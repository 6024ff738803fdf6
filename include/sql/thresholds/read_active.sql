select v.version, v.model, v.learned_at, v.window_from, v.window_to, v.document, a.moved_at
from threshold_active as a
inner join threshold_version as v on a.version = v.version
