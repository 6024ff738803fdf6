select watermark, reconciled_at, last_ok_at, newest_version
from source_feed
where source = :source and feed = :feed
