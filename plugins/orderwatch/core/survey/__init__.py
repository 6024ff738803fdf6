"""Asking customers, after an incident is over, whether they would recommend us."""
