# Two images of one code; docker-compose.yml says which command each service runs.
#   web      every process but the worker: no OpenCV, ONNX Runtime, RapidOCR or DICOM codecs
#   worker   with them: pictures are decoded and written anew there alone
# The one-command start's PostgreSQL and Valkey are in neither.
FROM python:3.12.11-slim-bookworm AS base
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin sermo
WORKDIR /srv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SERMO_BIND=0.0.0.0:8000 \
    SERMO_STATIC_ROOT=/srv/staticfiles

FROM python:3.12.11-slim-bookworm AS web-packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /venv
COPY requirements/web.txt .
RUN /venv/bin/pip install --require-hashes --no-deps --only-binary=:all: -r web.txt

FROM web-packages AS worker-packages
COPY requirements/worker.txt .
RUN /venv/bin/pip install --require-hashes --no-deps --only-binary=:all: -r worker.txt

# Static files are hashed and compressed into the images; the settings this takes are thrown away.
FROM base AS code
COPY --from=web-packages /venv /venv
COPY --chown=root:root . .
RUN python -m sermo.local_stack.ephemeral collectstatic --no-input --verbosity 0

FROM base AS worker
# OpenCV and ONNX Runtime need these two at run time.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libglib2.0-0 libgomp1 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=worker-packages /venv /venv
COPY --from=code /srv /srv
USER 10001
CMD ["celery", "-A", "sermo.celery", "worker", "-Q", "images,verification,community"]

FROM base AS web
COPY --from=web-packages /venv /venv
COPY --from=code /srv /srv
USER 10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:sermo.gunicorn", "sermo.wsgi:application"]
