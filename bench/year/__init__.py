"""A year of the demo company on a clock of its own: are the reviews in time, and are their causes right?"""
