"""One declarative engine for every order source: read a feed, mask it, hand it over page by page.

A source is a YAML file (`include/policy/sources`); nothing here knows an ERP from a WMS. Only `hook.py`
imports Airflow; everything else takes a plain `Endpoint` and runs anywhere.
"""
