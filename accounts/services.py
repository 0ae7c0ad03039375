"""Entering the community, and getting back into it: everything that opens or makes a seal."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import lines, sealing
from accounts.errors import AlreadyIssued, NotVerified, WrongPassword
from accounts.models import (
    RecoveryRequest,
    Seal,
    SealKind,
    User,
    VerifiedPerson,
    this_month,
)
from accounts.sealing import Pair
from sermo.audit.actions import Action
from sermo.audit.services import record
from sermo.core import crypto
from sermo.members.services import (
    is_suspended,
    issue_membership,
    join_escrow,
    renew_escrow,
    show_line,
)
from sermo.routers import IDENTITY

DEVICES_KEPT = 10
DEVICE_MONTHS = 6


@transaction.atomic(using=IDENTITY)
def mark_verified(
    *,
    user: User,
    member_class: str,
    specialty: str,
    country: str,
    years: str,
    real_name: str,
) -> None:
    """Verification says who this is; called again, the latest word holds."""
    VerifiedPerson.objects.update_or_create(
        user=user,
        defaults={
            "member_class": member_class,
            "specialty": specialty,
            "country": country,
            "years": years,
            "name_box": crypto.encrypt(user.open_data_key(), real_name.encode()),
            "verified_month": this_month(),
        },
    )


@transaction.atomic(using=IDENTITY)
def unmark_verified(*, user: User) -> None:
    """What was verified holds no longer, before membership; harmless twice."""
    VerifiedPerson.objects.filter(user=user).delete()


def real_name(user: User) -> str:
    """The verified name; "" where nothing was verified."""
    person = VerifiedPerson.objects.filter(user=user).first()
    return crypto.decrypt(user.open_data_key(), bytes(person.name_box)).decode() if person else ""


@transaction.atomic(using=IDENTITY)
def enter_community(
    *, user: User, password: str, handle: str, wants_mail: bool
) -> tuple[Pair, str]:
    """Mint the one membership this person ever gets; the pair and the recovery code.

    Raises `WrongPassword`, `NotVerified`, `AlreadyIssued`, and `HandleTaken` from the community.
    """
    if not user.check_password(password):
        raise WrongPassword
    person = VerifiedPerson.objects.filter(user=user).first()
    if person is None or user.is_paused:
        raise NotVerified
    issued = User.objects.filter(pk=user.pk, membership_issued_month__isnull=True, role="").update(
        membership_issued_month=this_month()
    )
    if not issued:
        raise AlreadyIssued
    pair = Pair(uuid.uuid4(), crypto.new_secret())
    _write_password_seal(user, pair, password)
    code = _write_recovery_seal(user, pair)
    _write_custodian_seals(user, pair)
    record(Action.MEMBERSHIP_ISSUED, store="identity", actor="system", target="membership")
    # Last, so that a handle already taken undoes all of the above.
    issue_membership(
        member_id=pair.member_id,
        handle=handle,
        line=lines.of_newcomer(user),
        wants_mail=wants_mail,
        escrow=_escrow(user),
        secret=pair.secret,
    )
    return pair, code


@transaction.atomic(using=IDENTITY)
def has_entered(*, user: User) -> bool:
    """Whether the membership was minted; waits for whoever is minting it now."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    return bool(locked.membership_issued_month)


def _escrow(user: User) -> bytes:
    return join_escrow(sealing.close_for_custodians(user.pk.bytes))


def _write_custodian_seals(user: User, pair: Pair) -> None:
    Seal.objects.filter(user=user, kind=SealKind.CUSTODIANS).delete()
    Seal.objects.bulk_create(
        Seal(
            user=user,
            kind=SealKind.CUSTODIANS,
            locator=of.encode(),
            salt=sealing.custodian_versions(),
            box=box,
        )
        for of, box in sealing.close_for_custodians(pair.to_bytes()).items()
    )


@transaction.atomic(using=IDENTITY)
def came_in(*, user: User, pair: Pair) -> None:
    """What a sign-in is needed for: nobody else can open the pair.

    Custodians whose keys have changed get new boxes; a recovery somebody asked for is moot; the
    line they show follows what enough others share; and the identity store learns here, and only
    here, that a membership was suspended.
    """
    suspended = is_suspended(member_id=pair.member_id, secret=pair.secret)
    if suspended != user.is_suspended:
        User.objects.filter(pk=user.pk).update(is_suspended=suspended)
    show_line(member_id=pair.member_id, line=lines.of(user))
    RecoveryRequest.objects.filter(user=user).delete()
    known = Seal.objects.filter(user=user, kind=SealKind.CUSTODIANS)
    if not known.filter(salt=sealing.custodian_versions()).exists():
        _write_custodian_seals(user, pair)
        renew_escrow(member_id=pair.member_id, escrow=_escrow(user))


def spend_as_much_as_a_new_user() -> None:
    """Make a user and take it back: the work of a sign-up, where one is there already."""
    nobody = f"{uuid.uuid4().hex}@nobody.invalid"
    with transaction.atomic(using=IDENTITY):
        user = User.objects.create_user(email=nobody, password=secrets.token_hex(16))
        EmailAddress.objects.create(user=user, email=nobody, primary=True)
        transaction.set_rollback(True, using=IDENTITY)


def open_with_password(user: User, password: str) -> Pair | None:
    """The pair of a password already checked; None, after the same work, where there is none."""
    seal = Seal.objects.filter(user=user, kind=SealKind.PASSWORD).first()
    if seal is None:
        sealing.spend_as_much(password)
        return None
    try:
        pair = sealing.open_with_password(seal.salt, seal.box, password)
    except crypto.DecryptionError:
        return None
    if not sealing.has_current_pepper(seal.box):
        reseal_password(user=user, pair=pair, password=password)
    return pair


def open_with_device(user: User, token: str) -> Pair | None:
    """The pair by this device's cookie; None where the device is unknown."""
    return _open_with_token(user, SealKind.DEVICE, token)


def open_with_recovery_code(user: User, typed: str) -> Pair | None:
    """The pair by the recovery code as typed; None where it is wrong."""
    return _open_with_token(user, SealKind.RECOVERY, sealing.fold_recovery_code(typed))


def _open_with_token(user: User, kind: SealKind, token: str) -> Pair | None:
    if not token:
        return None
    seal = Seal.objects.filter(
        user=user, kind=kind, locator=sealing.token_locator(token, kind)
    ).first()
    if seal is None:
        return None
    if seal.used_month != this_month():
        Seal.objects.filter(pk=seal.pk).update(used_month=this_month())
    try:
        return sealing.open_with_token(seal.box, token, kind)
    except crypto.DecryptionError:
        return None


def remember_device(*, user: User, pair: Pair) -> str:
    """A seal under a new secret for this device's cookie; the secret."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic(using=IDENTITY):
        Seal.objects.create(
            user=user,
            kind=SealKind.DEVICE,
            locator=sealing.token_locator(token, SealKind.DEVICE),
            box=sealing.close_with_token(pair, token, SealKind.DEVICE),
        )
        kept = Seal.objects.filter(user=user, kind=SealKind.DEVICE).order_by("-used_month", "id")
        Seal.objects.filter(pk__in=[seal.pk for seal in kept[DEVICES_KEPT:]]).delete()
    return token


def forget_devices() -> int:
    """Devices unused for six months open nothing any more; how many."""
    month = this_month()
    for _ in range(DEVICE_MONTHS):
        month = (month - dt.timedelta(days=1)).replace(day=1)
    forgotten, _ = Seal.objects.filter(kind=SealKind.DEVICE, used_month__lt=month).delete()
    return forgotten


def has_password_seal(user: User) -> bool:
    """Whether the password opens the membership; after a reset on an unknown device it does not."""
    return Seal.objects.filter(user=user, kind=SealKind.PASSWORD).exists()


@transaction.atomic(using=IDENTITY)
def reseal_password(*, user: User, pair: Pair, password: str) -> None:
    """Close the pair under a new password; the old seal is gone."""
    _write_password_seal(user, pair, password)


@transaction.atomic(using=IDENTITY)
def drop_password_seal(*, user: User) -> None:
    """The password was reset without a way to open the pair: the old seal opens nothing now."""
    Seal.objects.filter(user=user, kind=SealKind.PASSWORD).delete()


@transaction.atomic(using=IDENTITY)
def renew_recovery_code(*, user: User, pair: Pair) -> str:
    """A new code; the old one opens nothing any more."""
    return _write_recovery_seal(user, pair)


@transaction.atomic(using=IDENTITY)
def end_all_sessions(*, user: User) -> None:
    """Sign out everywhere, and forget every device."""
    User.objects.filter(pk=user.pk).update(session_salt=uuid.uuid4())
    Seal.objects.filter(user=user, kind=SealKind.DEVICE).delete()
    record(
        Action.SIGNED_OUT_EVERYWHERE, store="identity", actor=f"user:{user.pk}", target="sessions"
    )


def _write_password_seal(user: User, pair: Pair, password: str) -> None:
    salt, box = sealing.close_with_password(pair, password)
    Seal.objects.update_or_create(
        user=user, kind=SealKind.PASSWORD, locator=b"", defaults={"salt": salt, "box": box}
    )


def _write_recovery_seal(user: User, pair: Pair) -> str:
    code = sealing.new_recovery_code()
    Seal.objects.filter(user=user, kind=SealKind.RECOVERY).delete()
    Seal.objects.create(
        user=user,
        kind=SealKind.RECOVERY,
        locator=sealing.token_locator(code, SealKind.RECOVERY),
        box=sealing.close_with_token(pair, code, SealKind.RECOVERY),
    )
    return code
