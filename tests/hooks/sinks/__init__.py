"""What each system that acts for us answers, and what that proves."""
