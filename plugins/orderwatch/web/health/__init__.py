"""Order Health: the pages on which people watch the work in progress and act on incidents."""
