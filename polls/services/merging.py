"""Two names of one diagnosis, made one by a moderator; undone, everything is as it was."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from polls.errors import CannotMerge
from polls.models import Concept, Merge
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.members.viewer import Viewer


@transaction.atomic
def merge(*, moderator: Viewer, concept: Concept, into: Concept) -> Merge:
    """Let the concept count under the other; answers keep the option they were given to.

    What counted under the concept counts under the other with it, one step only. Twice is once.
    Raises `CannotMerge`.
    """
    both = Concept.objects.select_for_update().order_by("pk").in_bulk([concept.pk, into.pk])
    locked = both[concept.pk]
    target = both[into.pk].merged_into or both[into.pk]
    if target.pk == locked.pk:
        raise CannotMerge
    standing = Merge.objects.filter(concept=locked, undone_at__isnull=True).first()
    if standing is not None:
        return standing
    followers = list(locked.merged.values_list("pk", flat=True))
    try:
        with transaction.atomic():
            made = Merge.objects.create(
                concept=locked, into=target, followers=followers, merged_at=timezone.now()
            )
    except IntegrityError:
        return Merge.objects.get(concept=locked, undone_at__isnull=True)
    Concept.objects.filter(pk__in=[locked.pk, *followers]).update(merged_into=target)
    _record(AuditAction.CONCEPT_MERGED, moderator, made)
    return made


@transaction.atomic
def unmerge(*, moderator: Viewer, merge: Merge) -> None:
    """Take it back: the concept counts by itself again, and so does what counted under it.

    What was merged on since stays where it was put. Twice is once.
    """
    locked = Merge.objects.select_for_update().get(pk=merge.pk)
    if locked.undone_at is not None:
        return
    moved = Concept.objects.filter(merged_into=locked.into_id)
    moved.filter(pk__in=locked.followers).update(merged_into=locked.concept_id)
    moved.filter(pk=locked.concept_id).update(merged_into=None)
    locked.undone_at = timezone.now()
    locked.save(update_fields=["undone_at"])
    _record(AuditAction.MERGE_UNDONE, moderator, locked)


def _record(action: AuditAction, moderator: Viewer, made: Merge) -> None:
    record_audit_event(
        action,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"concept:{made.concept_id}",
        details={"into": str(made.into_id)},
    )
