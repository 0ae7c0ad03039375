"""What each store knows of its own backups. No row says anything of a person."""

from __future__ import annotations

import uuid

from django.db import models


class AbstractBackupState(models.Model):
    """One row. A restore begins a new generation: keep lists count for their own alone."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    generation = models.UUIDField(default=uuid.uuid4, editable=False)
    # The last backup that was read back and found whole; to the hour.
    finished_at = models.DateTimeField(null=True, blank=True)
    n_bytes = models.BigIntegerField(default=0)

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=models.Q(id=1), name="%(app_label)s_%(class)s_one_row"
            ),
        )

    def __str__(self) -> str:
        return f"{self.generation}"


class CommunityBackup(AbstractBackupState):
    pass


class IdentityBackup(AbstractBackupState):
    pass
