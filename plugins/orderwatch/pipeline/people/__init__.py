"""What people do by hand about incidents: each action in a file of its own, all of them through the same door."""
