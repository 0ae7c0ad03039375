import hmac
import secrets

from django.db import migrations, models

import sermo.core.fields
from sermo.core import crypto, keys
from sermo.core.hkdf import hkdf_sha256

TABLE = "members_privatestate"
CONTENT_BYTES = 1792
CHUNK_BYTES = CONTENT_BYTES - 3
BATCH_SIZE = 1000


def convert(apps, schema_editor):
    """Split each section into rows of one size, under the first epoch of the table.

    The member's ciphertext stays as it is: only the member can decrypt it.
    """
    model = apps.get_model("members", "PrivateState")
    if not model.objects.exists():
        return
    number, locator_key, content_key = epoch_keys(apps)
    last = b""
    while rows := list(
        model.objects.filter(epoch=0, locator__gt=last).order_by("locator")[:BATCH_SIZE]
    ):
        last = rows[-1].locator
        new = [
            model(
                locator=hmac.digest(locator_key, name, "sha256")[:16],
                epoch=number,
                ciphertext=crypto.encrypt(content_key, name + crypto.pad(content, CONTENT_BYTES)),
            )
            for row in rows
            for name, content in chunks(bytes(row.locator), bytes(row.ciphertext))
        ]
        model.objects.filter(locator__in=[row.locator for row in rows], epoch=0).delete()
        model.objects.bulk_create(sorted(new, key=lambda row: row.locator))


def epoch_keys(apps):
    """Number, locator key and content key of the table's epoch, which is created."""
    epoch, _ = apps.get_model("blinded_rows", "CommunityEpoch").objects.get_or_create(
        pk=TABLE,
        defaults={
            "salt": secrets.token_bytes(32),
            "key_version": keys.current(keys.KeyName.OUTER).version,
        },
    )
    outer = keys.version(keys.KeyName.OUTER, epoch.key_version).material
    locator_key, content_key = (
        hkdf_sha256(outer, info=f"blinded-rows:{TABLE}:{purpose}", salt=bytes(epoch.salt))
        for purpose in ("locator", "content")
    )
    return epoch.number, locator_key, content_key


def chunks(section, ciphertext):
    """Name and content of each row: epoch 0, entry 0, and the number of the chunk."""
    parts = [
        ciphertext[start : start + CHUNK_BYTES] for start in range(0, len(ciphertext), CHUNK_BYTES)
    ]
    for number, part in enumerate(parts):
        yield section + bytes(6) + number.to_bytes(2, "big"), bytes([len(parts)]) + part


class Migration(migrations.Migration):
    dependencies = [("members", "0003_author_capsules"), ("blinded_rows", "0001_initial")]

    operations = [
        migrations.AddField(
            "privatestate",
            "epoch",
            models.PositiveIntegerField(default=0, editable=False),
            preserve_default=False,
        ),
        migrations.RunPython(convert),
        migrations.RemoveField("privatestate", "version"),
        migrations.AlterField(
            "privatestate",
            "locator",
            sermo.core.fields.BytesField(
                editable=False, max_length=16, primary_key=True, serialize=False
            ),
        ),
        migrations.AlterModelOptions(
            "privatestate", options={"verbose_name_plural": "private state"}
        ),
    ]
