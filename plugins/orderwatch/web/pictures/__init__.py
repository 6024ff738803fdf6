"""The pictures of a threshold version, drawn when its page is asked for."""
