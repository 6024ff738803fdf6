# The image of every Airflow service: the locked environment, and Orderwatch as it lies in this repository.
# Nothing is compiled: every dependency comes as a wheel whose hash stands in requirements.txt.
FROM python:3.12-slim-bookworm AS environment
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /opt/orderwatch
COPY requirements-bootstrap.txt requirements.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --no-deps --require-hashes -r requirements-bootstrap.txt \
    && uv venv --python /usr/local/bin/python /opt/venv \
    && uv pip install --python /opt/venv/bin/python --no-cache --compile-bytecode \
        --only-binary :all: --require-hashes -r requirements.txt
# Installed in place, under the path it keeps: the provider entry point and the command `orderwatch` need it.
COPY pyproject.toml ./
COPY plugins ./plugins
RUN uv pip install --python /opt/venv/bin/python --no-cache --no-deps --no-build-isolation -e .

FROM python:3.12-slim-bookworm
# Reviews on paper: text is set with Pango, and needs a font that knows Chinese.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
# The user owns its home and the logs; code and environment belong to root.
RUN groupadd --gid 50000 orderwatch \
    && useradd --uid 50000 --gid 50000 --no-log-init --no-create-home --home-dir /opt/airflow \
        --shell /usr/sbin/nologin orderwatch \
    && install --directory --owner orderwatch --group orderwatch --mode 0750 /opt/airflow /opt/airflow/logs
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GX_ANALYTICS_ENABLED=False \
    ORDERWATCH_HOME=/opt/orderwatch \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/orderwatch/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/orderwatch/plugins \
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=/opt/airflow/logs
COPY --from=environment /opt/venv /opt/venv
WORKDIR /opt/orderwatch
COPY pyproject.toml ./
COPY dags ./dags
COPY plugins ./plugins
COPY include ./include
COPY demo ./demo
RUN python -m compileall -q dags plugins demo
USER 50000:50000
CMD ["airflow", "version"]
