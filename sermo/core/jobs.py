"""Sends Celery tasks after the commit. Requests start all work of workers through `enqueue`."""

from __future__ import annotations

import logging
from functools import partial

from celery.exceptions import OperationalError as BrokerDown
from django.db import transaction
from kombu.exceptions import OperationalError as KombuDown
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def enqueue(task: str, *ids: str, using: str = "default") -> None:
    """Send the task when the transaction of the database `using` commits; arguments are ids.

    Does not fail if the broker is down or refuses to write, as with a full disk: the row stays due,
    and the task's sweep (`sermo.celery.SWEEPS`) sends it later.
    """
    transaction.on_commit(partial(_send, task, ids), using=using)


def _send(task: str, ids: tuple[str, ...]) -> None:
    from sermo.celery import app

    try:
        app.send_task(task, args=list(ids), retry=False)
    except (BrokerDown, KombuDown, RedisError):
        log.warning("broker unreachable; %s waits for its sweep", task)
