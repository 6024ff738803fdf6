"""The API: what the operations pages stand on, for people and for programs."""
