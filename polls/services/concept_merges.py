"""Merging two names of one diagnosis, and undoing the merge."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from polls.errors import InvalidMerge
from polls.models import Concept, ConceptMerge
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.members.viewer import Viewer


@transaction.atomic
def merge_concepts(*, moderator: Viewer, concept: Concept, target: Concept) -> ConceptMerge:
    """Let the concept count as the target. Answers keep the option they were given to.

    Locks both concepts. Concepts merged into `concept` before move to the target with it, so that a
    chain has one step. A second call returns the first merge.

    Raises `InvalidMerge` if the target is the concept itself or is merged into it.
    """
    both = Concept.objects.select_for_update().order_by("pk").in_bulk([concept.pk, target.pk])
    locked = both[concept.pk]
    root = both[target.pk].merged_into or both[target.pk]
    if root.pk == locked.pk:
        raise InvalidMerge
    active = ConceptMerge.objects.filter(concept=locked, undone_at__isnull=True).first()
    if active is not None:
        return active
    moved = list(locked.merged_concepts.values_list("pk", flat=True))
    try:
        with transaction.atomic():
            merge = ConceptMerge.objects.create(
                concept=locked, target=root, moved_concept_ids=moved, merged_at=timezone.now()
            )
    except IntegrityError:
        return ConceptMerge.objects.get(concept=locked, undone_at__isnull=True)
    Concept.objects.filter(pk__in=[locked.pk, *moved]).update(merged_into=root)
    _record(AuditAction.CONCEPT_MERGED, moderator, merge)
    return merge


@transaction.atomic
def undo_merge(*, moderator: Viewer, merge: ConceptMerge) -> None:
    """Let the concept count by itself again, with the concepts that were merged into it before.

    Locks the merge. Concepts that were merged elsewhere since then stay there. A second call
    changes nothing.
    """
    locked = ConceptMerge.objects.select_for_update().get(pk=merge.pk)
    if locked.undone_at is not None:
        return
    merged = Concept.objects.filter(merged_into=locked.target_id)
    merged.filter(pk__in=locked.moved_concept_ids).update(merged_into=locked.concept_id)
    merged.filter(pk=locked.concept_id).update(merged_into=None)
    locked.undone_at = timezone.now()
    locked.save(update_fields=["undone_at"])
    _record(AuditAction.MERGE_UNDONE, moderator, locked)


def _record(action: AuditAction, moderator: Viewer, merge: ConceptMerge) -> None:
    record_audit_event(
        action,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"concept:{merge.concept_id}",
        details={"into": str(merge.target_id)},
    )
