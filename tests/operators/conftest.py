"""The same installation as that of the DAGs, for operators and notifiers in small DAGs of their own."""

from tests.dags.conftest import airflow, company, install, learned

__all__ = ["airflow", "company", "install", "learned"]
