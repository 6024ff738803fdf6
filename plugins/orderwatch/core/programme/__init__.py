"""What the programme achieves, month by month: figures with their definitions and counts."""
