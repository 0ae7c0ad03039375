"""After approval: what the sources say of members later on, and what follows from it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import transaction

from verification import clock, personal, policy, schemes
from verification.models import Application, Membership, MembershipStanding, RegisterRow
from verification.pipeline import sources
from verification.pipeline.checks.licences import together
from verification.pipeline.checks.masterfile import Record
from verification.pipeline.checks.registers import exclusion_list
from verification.pipeline.checks.subject import Misconfigured, Passing, Subject
from verification.pipeline.standing import entity_index, open_case, suspend
from verification.reasons import Reason

log = logging.getLogger(__name__)
# How long a licence that has ended may wait for a source that is silent.
GRACE = dt.timedelta(days=14)
Doubt = tuple[Reason, bool]


def begin_watching(application: Application) -> None:
    """Ask the Masterfile to report changes; what fails is taken up by the nightly sweep."""
    membership = Membership.objects.filter(application=application, is_watched=False).first()
    source = sources.masterfile()
    if membership is None or membership.entity_box is None or not source.is_configured:
        return
    try:
        source.watch(_entity(membership))
    except (Passing, Misconfigured):
        log.warning("the Masterfile did not take a watch for membership %s", membership.pk)
        return
    Membership.objects.filter(pk=membership.pk).update(is_watched=True)


def _entity(membership: Membership) -> str:
    """The Masterfile's number of this person; empty where it has none."""
    if membership.entity_box is None:
        return ""
    box = personal.open_json(membership.user.decrypt_data_key(), membership.entity_box)
    return str(box["entity"])


def watch_the_unwatched() -> None:
    """Members whose watch could not be placed when they were admitted."""
    waiting = Membership.objects.filter(
        is_watched=False, entity_box__isnull=False, standing=MembershipStanding.ACTIVE
    ).select_related("application")
    for membership in waiting:
        begin_watching(membership.application)


def consume_changes() -> int:
    """Every change the Masterfile reports, each judged by a fresh profile; how many.

    A change is crossed off at the vendor once it has had its effect here: a stop between brings
    it again, and a second time it changes nothing.
    """
    source = sources.masterfile()
    if not source.is_configured:
        return 0
    try:
        changes = source.changes()
        for change in changes:
            _consume(source, change)
    except (Passing, Misconfigured):
        log.warning("the Masterfile's changes could not be read; they are asked for again")
        return 0
    return len(changes)


def _consume(source: sources.Masterfile, change: sources.Change) -> None:
    membership = Membership.objects.filter(entity_index=entity_index(change.entity_id)).first()
    if membership is None or membership.standing == MembershipStanding.REVOKED:
        source.unwatch(change.entity_id)
    else:
        record = source.changed(change.id)
        if record is not None:
            take_in(membership, record)
    source.forget(change.id)


@transaction.atomic(using="identity")
def take_in(membership: Membership, record: Record) -> Reason | None:
    """What a fresh profile means for a member; None where all is well."""
    ends = [licence.expires for licence in record.licences if licence.expires]
    if ends:
        Membership.objects.filter(pk=membership.pk).update(licence_until=max(ends))
    reason = _doubt_of_record(record, today=clock.today())
    if reason is not None:
        suspend(membership.user, reason)
    return reason


def _doubt_of_record(record: Record, *, today: dt.date) -> Reason | None:
    held, some_revoked = together(record.licences, today=today)
    by_licence = {
        policy.Licences.ALL_REVOKED: Reason.LICENSE_REVOKED,
        policy.Licences.NONE_ACTIVE: Reason.LICENSE_NOT_ACTIVE,
    }
    if record.death_date is not None:
        return Reason.DECEASED_UNCONFIRMED
    if record.sanctioned:
        return Reason.SANCTION_REPORTED
    if held in by_licence:
        return by_licence[held]
    return Reason.SANCTION_REPORTED if some_revoked else None


def end_expired_licences() -> int:
    """Members whose licence has ended as far as we know: ask once more, then suspend. How many.

    A renewal reaches the Masterfile late, so a silent source gets a fortnight.
    """
    today = clock.today()
    ended = Membership.objects.filter(
        standing=MembershipStanding.ACTIVE, licence_until__lt=today
    ).select_related("user")
    return sum(_end_expired(membership, today) for membership in ended)


def _end_expired(membership: Membership, today: dt.date) -> bool:
    source, entity = sources.masterfile(), _entity(membership)
    until = membership.licence_until
    if source.is_configured and entity:
        try:
            record = source.profile(entity)
        except (Passing, Misconfigured):
            record = None
        if record is not None:
            return take_in(membership, record) is not None
        if until is not None and today <= until + GRACE:
            return False
    return suspend(membership.user, Reason.LICENSE_NOT_ACTIVE)


def recheck_members() -> int:
    """After an import: every active member against the registers as they are now. How many fell.

    Names are compared too, because most rows of the exclusion list carry no number; so each
    member's box is opened here, one at a time, and nothing of it is kept.
    """
    active = Membership.objects.filter(standing=MembershipStanding.ACTIVE)
    fallen = 0
    for pk in list(active.values_list("pk", flat=True)):
        membership = active.select_related("user", "application").filter(pk=pk).first()
        if membership is not None:
            fallen += _recheck(membership)
    return fallen


def _recheck(membership: Membership) -> bool:
    application = membership.application
    person = personal.open_(membership.user.decrypt_data_key(), application.box)
    if not person.number:
        return False
    subject = Subject(application, person)
    doubts = [found for check in (_excluded, _off_the_register) if (found := check(subject))]
    suspended = False
    for reason, is_certain in doubts:
        if is_certain:
            suspended |= suspend(membership.user, reason)
        elif not _looked_at(membership, reason):
            open_case(membership, reason)
    return suspended


def _looked_at(membership: Membership, reason: Reason) -> bool:
    """A person has judged this doubt before, or is about to."""
    return Application.objects.filter(
        user_id=membership.user_id, reasons__contains=[str(reason)]
    ).exists()


def _excluded(subject: Subject) -> Doubt | None:
    found = exclusion_list(subject).code
    if found == policy.Exclusion.NUMBER_AND_NAME:
        return Reason.LEIE_EXCLUDED, True
    return (Reason.LEIE_POSSIBLE, False) if found == policy.Exclusion.POSSIBLE else None


_OF_STANDING: dict[str, Doubt] = {
    policy.Standing.DEACTIVATED: (Reason.NPI_DEACTIVATED, True),
    policy.Standing.REMOVED: (Reason.REGISTER_REMOVED, True),
    policy.Standing.REVOKED: (Reason.LICENSE_REVOKED, True),
    policy.Standing.NOT_ACTIVE: (Reason.LICENSE_NOT_ACTIVE, True),
    policy.Standing.CONDITIONS: (Reason.REGISTER_CONDITIONS, False),
}


def _off_the_register(subject: Subject) -> Doubt | None:
    row = subject.register_row
    if row is not None:
        return _OF_STANDING.get(row.standing)
    scheme = schemes.BY_CODE[subject.application.scheme]
    # NPPES forgets nobody; a register abroad that no longer holds a number has taken it off.
    abroad = scheme.has_register and scheme is not schemes.NPI
    loaded = abroad and RegisterRow.objects.filter(scheme=scheme.code).exists()
    return (Reason.REGISTER_REMOVED, True) if loaded else None


NIGHTLY: tuple[Callable[[], object], ...] = (watch_the_unwatched, end_expired_licences)


def nightly() -> None:
    for act in NIGHTLY:
        act()
