"""The few doors into Airflow that are not part of its public interface, one small module each."""
