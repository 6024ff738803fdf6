"""Reviews of incidents that are over: what happened, how fast people heard of it, and why it came to it."""
