"""Celery tasks of custody. Those named `sealed.*` run where the private keys are."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.custody import break_glass, key_rotation, nightly_pass, physical_order, recovery
from sermo.members import services as members


@shared_task(name="sealed.prepare_disclosure")
def prepare_disclosure(disclosure_id: str) -> None:
    break_glass.prepare_disclosure(UUID(disclosure_id))


@shared_task(name="sealed.notify_author")
def notify_author(disclosure_id: str) -> None:
    break_glass.notify_author(UUID(disclosure_id))


@shared_task(name="sealed.prepare_recovery")
def prepare_recovery(public_id: str) -> None:
    recovery.prepare_recovery(public_id)


@shared_task(name="sealed.sweep_custody_requests")
def sweep_custody_requests() -> None:
    to_prepare, to_notify = break_glass.due_disclosures()
    for disclosure_id in to_prepare:
        break_glass.prepare_disclosure(disclosure_id)
    for disclosure_id in to_notify:
        break_glass.notify_author(disclosure_id)
    for public_id in recovery.due_recoveries():
        recovery.prepare_recovery(public_id)
    members.delete_old_notices()


# acks_late is off: a second delivery would find the first still running. One that was killed is
# continued by the next sweep.
@shared_task(
    name="sealed.nightly_pass",
    acks_late=False,
    soft_time_limit=6 * 3600,
    time_limit=6 * 3600 + 60,
)
def run_nightly_pass() -> None:
    nightly_pass.run_due()


@shared_task(name="sealed.rewrap")
def rewrap_for_sealed_worker() -> None:
    for name in ("MODERATION", "INNER"):
        key_rotation.rewrap(name)


@shared_task(name="mail.rewrap")
def rewrap_for_mailer() -> None:
    key_rotation.rewrap("MAIL")


@shared_task(name="custody.rewrite_tables_of_people")
def rewrite_tables_of_people() -> None:
    physical_order.rewrite_tables_of_people()


@shared_task(name="custody.rewrite_tables")
def rewrite_tables() -> None:
    physical_order.rewrite_tables()
