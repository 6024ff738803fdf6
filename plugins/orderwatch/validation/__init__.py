"""Is what a source told us believable? Great Expectations checks every row."""
