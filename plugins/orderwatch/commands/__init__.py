"""The command line, one file per thing that people do."""
