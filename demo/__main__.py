"""``python -m demo``: start the small company."""

from demo.cli import app

app(prog_name="python -m demo")
