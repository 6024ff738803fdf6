"""Asking the customers of incidents that are over for their opinion: who, when, and what they say."""
