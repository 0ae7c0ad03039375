"""The encrypted columns of a post: who wrote it, and where its author wants e-mail.

Both are padded to one length and encrypted with a new ephemeral key, so no two are equal.
"""

from __future__ import annotations

from uuid import UUID

from sermo.core import crypto, keys

PADDED_MEMBER_ID_BYTES = 64
PADDED_CONTACT_EMAIL_BYTES = 320


def encrypt_member_id(member_id: UUID) -> bytes:
    """The member id, encrypted to the MODERATION key."""
    padded = crypto.pad(member_id.bytes, PADDED_MEMBER_ID_BYTES)
    return crypto.encrypt_to_public_key(keys.KeyName.MODERATION_PUBLIC, padded)


def decrypt_member_id(ciphertext: bytes) -> UUID:
    """In the sealed worker only. Raises `DecryptionError`; elsewhere `MissingKeyError`."""
    padded = crypto.decrypt_with_private_key(keys.KeyName.MODERATION_PRIVATE, ciphertext)
    return UUID(bytes=crypto.unpad(padded))


def encrypt_contact_email(email: str) -> bytes:
    """The address, encrypted to the MAIL key."""
    padded = crypto.pad(email.encode(), PADDED_CONTACT_EMAIL_BYTES)
    return crypto.encrypt_to_public_key(keys.KeyName.MAIL_PUBLIC, padded)


def decrypt_contact_email(ciphertext: bytes) -> str:
    """In the mailer only. Raises `DecryptionError`; elsewhere `MissingKeyError`."""
    padded = crypto.decrypt_with_private_key(keys.KeyName.MAIL_PRIVATE, ciphertext)
    return crypto.unpad(padded).decode()
