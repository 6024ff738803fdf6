"""A small company over HTTP, in memory: the systems around Orderwatch, with a truth to compare against."""
