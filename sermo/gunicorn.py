"""Settings of the web server: `gunicorn -c python:sermo.gunicorn sermo.wsgi:application`."""

from __future__ import annotations

import os
from typing import Any

from sermo import env

bind = os.environ.get("SERMO_BIND", "127.0.0.1:8000").split(",")
# gthread, with threads that meet only requests that have arrived.
worker_class = "sermo.buffering_worker.BufferingWorker"
workers = int(os.environ.get("SERMO_WEB_WORKERS", "0")) or min(8, os.cpu_count() or 2)
threads = int(os.environ.get("SERMO_WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 15
keepalive = 30
# Longer heads are refused (431 or 400): a cookie of ours is far shorter.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
# Workers restart after so many requests, with jitter so that they do not all restart at once.
max_requests = 20_000
max_requests_jitter = 4_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
control_socket_disable = True
# No access log: request lines contain the URLs that members open.
accesslog = None
errorlog = "-"
loglevel = "info"

# The same proxies as in settings.TRUSTED_PROXIES. gunicorn trusts every unix socket and would take
# the scheme and the path from several headers; here the application alone reads them.
_proxies = env.trusted_proxies("SERMO_TRUSTED_PROXIES")
forwarded_allow_ips = ",".join(str(network) for network in _proxies.networks)
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# X_Forwarded_For would have the name of X-Forwarded-For in WSGI.
header_map = "drop"


def on_starting(server: Any) -> None:
    """End a start whose socket and proxies cannot both be true.

    Peers on a unix socket have no address: without a trusted proxy all visitors are one.
    """
    binds_unix = any(isinstance(address, str) for address in server.cfg.address)
    if binds_unix and not _proxies.unix:
        raise SystemExit(
            "This process listens on a unix socket. Add unix to SERMO_TRUSTED_PROXIES, so that the "
            "proxy may name the visitors' addresses."
        )


def post_worker_init(worker: Any) -> None:
    """gunicorn calls it in each new worker process."""
    from sermo.core.heartbeat import send_signs_of_life

    send_signs_of_life("web")
