"""Check members again after approval: reports of the Masterfile, and new register files."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import transaction

from sermo.core import clock
from verification import policy, schemes
from verification.models import Application, Membership, MembershipStatus, RegisterRow
from verification.personal_data import applicant_details
from verification.pipeline.checks.registers import check_exclusion_list
from verification.pipeline.checks.state_licences import summarise_licences
from verification.pipeline.checks.subject import CheckSubject
from verification.pipeline.membership_status import (
    entity_index,
    open_review_application,
    suspend_membership,
)
from verification.policy.reasons import Reason
from verification.vendors import adapters, ports, records
from verification.vendors.errors import TransientVendorError, VendorConfigurationError
from verification.vendors.records import MasterfileProfile

log = logging.getLogger(__name__)
# How long an expired licence is tolerated while the Masterfile does not answer.
LICENCE_GRACE = dt.timedelta(days=14)
Doubt = tuple[Reason, bool]


def start_monitoring(application: Application) -> None:
    """Ask the Masterfile to report changes of this member. The nightly run repeats what fails."""
    membership = Membership.objects.filter(application=application, is_watched=False).first()
    source = adapters.masterfile_service()
    if membership is None or membership.entity_ciphertext is None or not source.is_configured:
        return
    try:
        source.watch(_entity_id(membership))
    except (TransientVendorError, VendorConfigurationError):
        log.warning("the Masterfile did not take a watch for membership %s", membership.pk)
        return
    Membership.objects.filter(pk=membership.pk).update(is_watched=True)


def _entity_id(membership: Membership) -> str:
    """The Masterfile's number of this person; empty if it has none."""
    if membership.entity_ciphertext is None:
        return ""
    data = applicant_details.decrypt_json(
        membership.user.decrypt_data_key(), membership.entity_ciphertext
    )
    return str(data["entity"])


def start_missing_monitoring() -> None:
    """Start monitoring for members for whom it failed when they were admitted."""
    waiting = Membership.objects.filter(
        is_watched=False, entity_ciphertext__isnull=False, status=MembershipStatus.ACTIVE
    ).select_related("application")
    for membership in waiting:
        start_monitoring(membership.application)


def process_masterfile_changes() -> int:
    """Apply every change that the Masterfile reports. Returns the number of changes.

    A change is deleted at the vendor after it was applied here. After a crash it is reported again,
    and applying it twice changes nothing.
    """
    source = adapters.masterfile_service()
    if not source.is_configured:
        return 0
    try:
        changes = source.changes()
        for change in changes:
            _process_change(source, change)
    except (TransientVendorError, VendorConfigurationError):
        log.warning("the Masterfile's changes could not be read; they are asked for again")
        return 0
    return len(changes)


def _process_change(source: ports.MasterfileService, change: records.MasterfileChange) -> None:
    membership = Membership.objects.filter(entity_index=entity_index(change.entity_id)).first()
    if membership is None or membership.status == MembershipStatus.REVOKED:
        source.unwatch(change.entity_id)
    else:
        record = source.changed(change.id)
        if record is not None:
            apply_profile(membership, record)
    source.forget(change.id)


@transaction.atomic(using="identity")
def apply_profile(membership: Membership, record: MasterfileProfile) -> Reason | None:
    """Apply a fresh profile to a member. Returns the reason of a suspension, or None."""
    expiry_dates = [licence.expires for licence in record.licences if licence.expires]
    if expiry_dates:
        Membership.objects.filter(pk=membership.pk).update(licence_until=max(expiry_dates))
    reason = _profile_doubt(record, today=clock.today())
    if reason is not None:
        suspend_membership(membership.user, reason)
    return reason


def _profile_doubt(record: MasterfileProfile, *, today: dt.date) -> Reason | None:
    summary, some_revoked = summarise_licences(record.licences, today=today)
    by_licence = {
        policy.LicenceSummary.ALL_REVOKED: Reason.LICENSE_REVOKED,
        policy.LicenceSummary.NONE_ACTIVE: Reason.LICENSE_NOT_ACTIVE,
    }
    if record.death_date is not None:
        return Reason.DECEASED_UNCONFIRMED
    if record.sanctioned:
        return Reason.SANCTION_REPORTED
    if summary in by_licence:
        return by_licence[summary]
    return Reason.SANCTION_REPORTED if some_revoked else None


def suspend_expired_licences() -> int:
    """Suspend members whose licence has expired and was not renewed. Returns their number.

    The Masterfile learns of renewals late, so a member keeps 14 days while it does not answer.
    """
    today = clock.today()
    expired = Membership.objects.filter(
        status=MembershipStatus.ACTIVE, licence_until__lt=today
    ).select_related("user")
    return sum(_end_expired(membership, today) for membership in expired)


def _end_expired(membership: Membership, today: dt.date) -> bool:
    source, entity = adapters.masterfile_service(), _entity_id(membership)
    until = membership.licence_until
    if source.is_configured and entity:
        try:
            record = source.profile(entity)
        except (TransientVendorError, VendorConfigurationError):
            record = None
        if record is not None:
            return apply_profile(membership, record) is not None
        if until is not None and today <= until + LICENCE_GRACE:
            return False
    return suspend_membership(membership.user, Reason.LICENSE_NOT_ACTIVE)


def recheck_members() -> int:
    """Compare every active member with the imported registers. Returns the number of suspensions.

    Most rows of the exclusion list have no NPI, so names are compared too. The details of one
    member at a time are decrypted and not stored.
    """
    active = Membership.objects.filter(status=MembershipStatus.ACTIVE)
    suspended = 0
    for pk in list(active.values_list("pk", flat=True)):
        membership = active.select_related("user", "application").filter(pk=pk).first()
        if membership is not None:
            suspended += _recheck(membership)
    return suspended


def _recheck(membership: Membership) -> bool:
    application = membership.application
    person = applicant_details.decrypt(
        membership.user.decrypt_data_key(), application.details_ciphertext
    )
    if not person.number:
        return False
    subject = CheckSubject(application, person)
    doubts = [doubt for check in (_exclusion_doubt, _register_doubt) if (doubt := check(subject))]
    suspended = False
    for reason, is_certain in doubts:
        if is_certain:
            suspended |= suspend_membership(membership.user, reason)
        elif not _is_reviewed(membership, reason):
            open_review_application(membership, reason)
    return suspended


def _is_reviewed(membership: Membership, reason: Reason) -> bool:
    """Whether a reviewer has judged this doubt before, or will."""
    return Application.objects.filter(
        user_id=membership.user_id, reasons__contains=[str(reason)]
    ).exists()


def _exclusion_doubt(subject: CheckSubject) -> Doubt | None:
    match = check_exclusion_list(subject).code
    if match == policy.ExclusionMatch.NUMBER_AND_NAME:
        return Reason.LEIE_EXCLUDED, True
    return (Reason.LEIE_POSSIBLE, False) if match == policy.ExclusionMatch.POSSIBLE else None


_DOUBT_BY_LICENCE_STATUS: dict[str, Doubt] = {
    policy.LicenceStatus.DEACTIVATED: (Reason.NPI_DEACTIVATED, True),
    policy.LicenceStatus.REMOVED: (Reason.REGISTER_REMOVED, True),
    policy.LicenceStatus.REVOKED: (Reason.LICENSE_REVOKED, True),
    policy.LicenceStatus.NOT_ACTIVE: (Reason.LICENSE_NOT_ACTIVE, True),
    policy.LicenceStatus.CONDITIONS: (Reason.REGISTER_CONDITIONS, False),
}


def _register_doubt(subject: CheckSubject) -> Doubt | None:
    row = subject.register_row
    if row is not None:
        return _DOUBT_BY_LICENCE_STATUS.get(row.licence_status)
    scheme = schemes.BY_CODE[subject.application.scheme]
    # NPPES never deletes a row. Abroad, a number that is no longer listed was removed.
    abroad = scheme.has_register and scheme is not schemes.NPI
    loaded = abroad and RegisterRow.objects.filter(scheme=scheme.code).exists()
    return (Reason.REGISTER_REMOVED, True) if loaded else None


NIGHTLY: tuple[Callable[[], object], ...] = (start_missing_monitoring, suspend_expired_licences)


def run_nightly() -> None:
    """What is done once a night."""
    for act in NIGHTLY:
        act()
