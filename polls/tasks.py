"""Celery tasks of polls. Each has a fixed name and calls one function."""

from __future__ import annotations

from celery import shared_task

from polls.jobs.count_waiting import count_waiting


@shared_task(name="polls.count_waiting")
def count_waiting_task() -> None:
    """Count the answers whose mark has come. Once a minute."""
    count_waiting()
