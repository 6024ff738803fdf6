"""What every task needs, imported once by the process that forks the workers, and not by each task anew.

Airflow imports ``airflow_local_settings`` when it starts; a line there that imports this module is all it takes.
"""

from importlib import import_module

for _module in (
    "orderwatch.notifiers.live_orders",
    "orderwatch.notifiers.senders",
    "orderwatch.core.playbook.load",
    "orderwatch.pipeline.gate",
    "orderwatch.pipeline.responses",
    "orderwatch.pipeline.step",
):
    import_module(_module)
