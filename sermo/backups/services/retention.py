"""Old archives are deleted. The newest backup and the newest keep list always stay."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from sermo.backups.services import configuration
from sermo.backups.services.configuration import BACKUP, KEEP_LIST, STORES, Store


def prune(store: Store) -> int:
    """Delete what is older than settings.BACKUP_DAYS; how many archives."""
    oldest = timezone.now() - dt.timedelta(days=settings.BACKUP_DAYS)
    place, n_deleted = store.place, 0
    for kind in (BACKUP, KEEP_LIST):
        for archive in configuration.archives(store, kind, place)[:-1]:
            if archive.made_at < oldest:
                place.delete(archive.name)
                n_deleted += 1
    return n_deleted


def prune_all() -> int:
    """Delete old archives of both stores, if there are places for backups."""
    return sum(prune(store) for store in STORES) if configuration.is_configured() else 0
