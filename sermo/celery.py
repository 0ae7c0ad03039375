"""The Celery application: queues and periodic tasks.

Messages contain only ids, results are not stored, and all state is in PostgreSQL.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from celery import Celery, bootsteps
from celery.beat import PersistentScheduler
from celery.exceptions import OperationalError as BrokerDown
from celery.signals import setup_logging, worker_init
from kombu.exceptions import OperationalError as KombuDown
from redis.exceptions import RedisError

from sermo.core import heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")

app = Celery("sermo")


def _broker(url: str) -> str:
    """The broker URL for Kombu: `unix://…?db=1` becomes `redis+socket://…?virtual_host=1`."""
    if not url.startswith("unix://"):
        return url
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


def _configuration() -> dict[str, object]:
    """Called on first use, because settings may not be ready when this module is imported."""
    from django.conf import settings

    return {
        "broker_url": _broker(settings.REDIS_URL),
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {"visibility_timeout": 900},
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_soft_time_limit": 300,
        "task_time_limit": 360,
        "task_default_queue": "community",
        "task_create_missing_queues": True,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 500,
        "worker_send_task_events": False,
        "task_send_sent_event": False,
        "worker_hijack_root_logger": False,
        "timezone": "UTC",
        "beat_scheduler": WatchedScheduler,
        "task_routes": {
            "cases.process_image": {"queue": "images"},
            "verification.*": {"queue": "verification"},
            "sealed.*": {"queue": "sealed"},
            "mail.*": {"queue": "mail"},
        },
        "beat_schedule": {
            name: {"task": name, "schedule": timedelta(seconds=seconds)}
            for name, seconds in SWEEPS.items()
        },
    }


# Task name to seconds between two runs. Each sweep looks in PostgreSQL for rows that are due, so
# that a lost, late or repeated message does no harm.
SWEEPS: dict[str, int] = {
    "verification.sweep": 15,
    "verification.purge_expired": 3600,
    "verification.process_masterfile_changes": 900,
    "verification.monitor_nightly": 86_400,
    "verification.import_registers": 3600,
    "mail.sweep_identity": 30,
    "mail.sweep_community": 30,
    "cases.enqueue_due_images": 30,
    "cases.publish_delayed": 60,
    "polls.count_waiting": 60,
    "cases.repack_images": 3600,
    "cases.flush_views": 60,
    "cases.remind_authors": 3600,
    "cases.purge": 3600,
    "cases.purge_moderated_images": 60,
    "sealed.sweep": 60,
    "sealed.sweep_custody_requests": 60,
    "sealed.sweep_member_jobs": 60,
    "sealed.nightly_pass": 600,
    "custody.rewrite_tables_of_people": 3600,
    "custody.rewrite_tables": 86_400,
    "backups.run_nightly": 600,
    "backups.write_keep_lists": 3600,
}


class SignsOfLife(bootsteps.StartStopStep):
    """Tells that this worker lives, from the loop that takes messages: a stuck one is silent."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.timer: Any = None

    def start(self, consumer: Any) -> None:
        from django.conf import settings

        send = (heartbeat.send_sign_of_life, (settings.SERMO_PROCESS,))
        heartbeat.send_sign_of_life(settings.SERMO_PROCESS)
        self.timer = consumer.timer.call_repeatedly(heartbeat.INTERVAL_SECONDS, *send)

    def stop(self, consumer: Any) -> None:
        if self.timer is not None:
            self.timer.cancel()


class WatchedScheduler(PersistentScheduler):
    """Beat's scheduler. It also tells that it lives, and sends the probes of the queues."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        heartbeat.send_sign_of_life("beat")
        for queue in heartbeat.QUEUES:
            if heartbeat.claim_probe(queue):
                _send_probe(queue)
        return super().tick(*args, **kwargs)


def _send_probe(queue: str) -> None:
    try:
        app.send_task("core.probe", args=[queue], queue=queue, retry=False)
    except (BrokerDown, KombuDown, RedisError):
        return  # the next one shows how long the queue has waited


@app.task(name="core.probe")
def probe(queue: str) -> None:
    heartbeat.answer_probe(queue)


@setup_logging.connect
def _keep_django_logging(**_: object) -> None:
    """Replace Celery's logging set-up, which would log task arguments."""


@worker_init.connect
def _require_private_servers(**_: object) -> None:
    """Celery logs an error of a signal and goes on, so this ends the process.

    Raises `SystemExit` with the sentence that says what to change.
    """
    from django.core.exceptions import ImproperlyConfigured

    from sermo.core.server_checks import require_private_servers

    try:
        require_private_servers()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None


app.steps["consumer"].add(SignsOfLife)
app.add_defaults(_configuration)
app.set_default()
app.autodiscover_tasks(
    [
        "accounts",
        "verification",
        "cases",
        "polls",
        "sermo.notifications",
        "sermo.moderation",
        "sermo.custody",
        "sermo.data_rights",
        "sermo.backups",
    ]
)
