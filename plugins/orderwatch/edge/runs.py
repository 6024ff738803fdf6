"""Begin a DAG run by its name from inside a task, with the task's own rights.

Airflow offers an operator for this, which costs a process per run; the message that it sends takes 24 ms.
"""

from __future__ import annotations

from orderwatch.pipeline.responses import Run


def trigger(run: Run) -> str:
    """``started``, or ``exists`` if the run has been begun before; raises ``RuntimeError`` in Airflow's words."""
    from airflow.sdk.exceptions import ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    answer = SUPERVISOR_COMMS.send(
        TriggerDagRun(dag_id=run.dag_id, run_id=run.run_id, conf=run.conf, logical_date=None, note=run.note)
    )
    if isinstance(answer, ErrorResponse):
        if answer.error == ErrorType.DAGRUN_ALREADY_EXISTS:
            return "exists"
        raise RuntimeError(f"{run.dag_id}/{run.run_id}: {answer.error} {answer.detail}")
    return "started"
