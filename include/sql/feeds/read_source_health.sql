-- grain: one row per feed of every source that has ever been asked
select source, feed, last_ok_at, newest_version
from source_feed
