"""An unpublished case, encrypted for its author."""

from __future__ import annotations

import uuid

from django.db import models

from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class Draft(models.Model):
    """An unpublished case. Only its author can decrypt the text (`cases.drafts.encryption`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    # The author's pseudonym in the scope of this draft; only the author can compute it.
    owner_pseudonym = BytesField(max_length=PSEUDONYM_BYTES, editable=False)
    # A pseudonym made from the form's idempotency key: the same form sent twice makes one draft.
    creation_key = BytesField(max_length=PSEUDONYM_BYTES, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)
    ciphertext = BytesField(editable=False)
    expires_on = models.DateField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"draft {self.public_id}"
