"""Playbooks: what is done about one kind of incident, as data that is checked before it acts."""
