"""The blind index of licence numbers under a new key, recomputed from the encrypted applications.

An index cannot be turned into another. The number is in its application, under the data key of
the person. Where the application is gone (a refusal a month old), the index ends with the old key.
"""

from __future__ import annotations

from collections import Counter

from django.db import transaction

from accounts.models import User
from sermo.core import keys
from sermo.routers import IDENTITY
from verification.models import Application, Credential
from verification.personal_data import applicant_details
from verification.schemes import blind_index


def count_by_version() -> Counter[int]:
    """How many indexes are under each version of the key; 0 counts those of no version held."""
    return Counter(
        _version(application, number)
        for application, number in _numbers()
        if application.number_index
    )


def recompute() -> int:
    """Put every index under the version in use; how many changed.

    Two accounts with one number, which only one index shows, stay as they are and are counted by
    `key_rotation.status`: a reviewer decides between them.
    """
    changed = 0
    for application, number in _numbers():
        index = blind_index.number_index(application.scheme, application.country, number)
        if not application.number_index or bytes(application.number_index) == index:
            continue
        if _held_by_another(application, index):
            continue
        with transaction.atomic(using=IDENTITY):
            Credential.objects.filter(application=application).update(number_index=index)
            Application.objects.filter(pk=application.pk).update(number_index=index)
        changed += 1
    return changed


def _held_by_another(application: Application, index: bytes) -> bool:
    own = Credential.objects.filter(application=application, active=True)
    others = Credential.objects.filter(number_index=index, active=True)
    return own.exists() and others.exclude(application=application).exists()


def _numbers() -> list[tuple[Application, str]]:
    """Applications whose number can still be decrypted, with the number."""
    numbers = []
    users = User.objects.in_bulk()
    for application in Application.objects.filter(details_ciphertext__isnull=False).order_by("pk"):
        person = applicant_details.decrypt(
            users[application.user_id].decrypt_data_key(), application.details_ciphertext
        )
        if person.number:
            numbers.append((application, person.number))
    return numbers


def _version(application: Application, number: str) -> int:
    for key in keys.versions(keys.KeyName.BLIND_INDEX):
        if bytes(application.number_index or b"") == _index(application, number, key):
            return key.version
    return 0


def _index(application: Application, number: str, key: keys.Key) -> bytes:
    with keys.use_version(key):
        return blind_index.number_index(application.scheme, application.country, number)
