"""A rehearsal on the running system: real scheduler, executor and API server do what unit tests can only assume.

``make rehearsal``. `stage` is the demonstration and what can be done to it by REST, `books` counts what has arrived
and compares it with the ledger; `gates` answers, skips and outwits the question to a person, `reruns` kills, clears
and backfills.
"""
