"""
### Purpose
Answer incidents: every file of `include/playbooks` is a playbook, and here becomes a DAG whose tasks are its steps.

### Flow
The scan starts one run per incident, named after it (`inc-000012-r1`). Each step asks anew whether it is still needed,
intends its acts in the ledger, and sends each once. A gate asks a person under *Required Actions*. The column *Map
Index* of a run's tasks says in words what each did or waits for.

### When it fails
Clear the red step: what has been done is not done again. A step that nobody can settle says what to ask. Files that
are edited while an incident is open change nothing for it; a broken file leaves its last good version in force.
See `docs/runbooks/playbooks.md`.

### Owner
The role named in each playbook; failures of the machinery go to the data engineers.
"""

from pathlib import Path

from airflow.sdk import get_parsing_context

from orderwatch.bundles.dags import dags_of

globals().update(dags_of(Path(__file__).parent, wanted=get_parsing_context().dag_id))
