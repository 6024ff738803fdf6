"""How playbooks are served to Airflow."""
