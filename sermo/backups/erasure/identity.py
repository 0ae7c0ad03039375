"""Facts about rows of the identity store that are emptied, banned or withdrawn, not deleted."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from sermo.backups.erasure.facts import Fact, Repair, run_sql
from sermo.data_rights.services import leaving
from sermo.routers import IDENTITY
from verification.models import ApplicationState, MembershipStatus
from verification.models.application import OPEN_STATES

_OPEN = ", ".join(f"'{state}'" for state in OPEN_STATES)
_MONTH = "date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"


def _set(table: str, changes: str, *, pk: str = "id") -> Repair:
    return run_sql(IDENTITY, f"UPDATE {table} SET {changes} WHERE {pk}::text = ANY(%s)")  # noqa: S608  # names are constants of this app


def _keep_licence_index(keys: Sequence[str]) -> None:
    for user in User.objects.filter(pk__in=keys):
        leaving.keep_licence_index(user)


FACTS: tuple[Fact, ...] = (
    # A banned person who was deleted leaves an empty row.
    Fact("accounts_user", "a person", _keep_licence_index, condition="is_active"),
    Fact(
        "accounts_user",
        "the same role",
        _set("accounts_user", "role = ''"),
        condition="role <> ''",
        key="{key} || role",
    ),
    Fact(
        "accounts_user",
        "not paused",
        _set("accounts_user", "is_paused = true"),
        condition="NOT is_paused",
    ),
    *(
        Fact(
            "accounts_recoveryrequest",
            column,
            _set("accounts_recoveryrequest", f"{column} = ''", pk="user_id"),
            condition=f"length({column}) > 0",
        )
        for column in ("custodian_ciphertext", "recovered_ciphertext")
    ),
    # One that was approved since stays open, and is decided again.
    Fact(
        "verification_application",
        "open or approved",
        run_sql(
            IDENTITY,
            "UPDATE verification_application"  # noqa: S608  # names are constants of this app
            f" SET state = '{ApplicationState.EXPIRED}', waiting_for = '', closed_at = {_MONTH},"
            " claimed_by_id = NULL, claimed_until = NULL"
            f" WHERE id::text = ANY(%s) AND state IN ({_OPEN})",
        ),
        condition=f"state IN ({_OPEN}, '{ApplicationState.APPROVED}')",
    ),
    Fact(
        "verification_application",
        "details",
        _set("verification_application", "details_ciphertext = NULL"),
        condition="details_ciphertext IS NOT NULL",
    ),
    Fact(
        "verification_decision",
        "a note",
        _set("verification_decision", "note_ciphertext = NULL"),
        condition="note_ciphertext IS NOT NULL",
    ),
    Fact(
        "verification_vendorcall",
        "a raw answer",
        _set("verification_vendorcall", "body_ciphertext = NULL"),
        condition="body_ciphertext IS NOT NULL",
    ),
    Fact(
        "verification_document",
        "a file",
        _set(
            "verification_document",
            "wrapped_key = NULL, name = '', deleted_at = coalesce(deleted_at, now())",
        ),
        condition="deleted_at IS NULL",
    ),
    Fact(
        "verification_membership",
        "not revoked",
        _set("verification_membership", f"status = '{MembershipStatus.REVOKED}'", pk="user_id"),
        condition=f"status <> '{MembershipStatus.REVOKED}'",
    ),
    Fact(
        "verification_membership",
        "active",
        _set(
            "verification_membership",
            f"status = '{MembershipStatus.SUSPENDED}', suspended_at = {_MONTH}",
            pk="user_id",
        ),
        condition=f"status = '{MembershipStatus.ACTIVE}'",
    ),
    Fact(
        "verification_credential",
        "not banned",
        _set("verification_credential", "banned = true"),
        condition="NOT banned",
    ),
    Fact(
        "verification_credential",
        "holds the number",
        _set("verification_credential", "active = false, confirmed = false"),
        condition="active",
    ),
    Fact(
        "verification_ssnclaim",
        "not banned",
        _set("verification_ssnclaim", "banned = true", pk="application_id"),
        condition="NOT banned",
    ),
)
