"""Rules that are learned from what people say about false alarms: proposed by evidence, decided by people."""
