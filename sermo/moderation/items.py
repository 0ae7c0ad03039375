"""Reported things, of whichever kind."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from cases.models import Case, Comment, Image
from polls.models import Poll
from sermo.moderation.models import Target

# What has an author of its own to be suspended or told; a picture is its case's.
Item = Case | Comment
Thing = Item | Image | Poll


def find(kind: str, public_id: str) -> Thing:
    """The thing, hidden or not. Raises `Http404`."""
    found: Thing | None = None
    if kind == Target.CASE:
        found = Case.objects.filter(public_id=public_id).first()
    elif kind == Target.COMMENT:
        found = Comment.objects.select_related("case").filter(public_id=public_id).first()
    elif kind == Target.PICTURE:
        published = Image.objects.filter(case__isnull=False).select_related("case")
        found = published.filter(public_id=public_id).first()
    elif kind == Target.POLL:
        found = Poll.objects.filter(case__isnull=True, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def find_visible(kind: str, public_id: str) -> Thing:
    """The thing as any member may see it. Raises `Http404`."""
    thing = find(kind, public_id)
    case = case_of(thing)
    is_out = case is not None and (case.hidden_at or case.appears_at)
    if is_out or thing.hidden_at or getattr(thing, "appears_at", None):
        raise Http404
    if isinstance(thing, Image) and not thing.is_shown:
        raise Http404
    return thing


def case_of(thing: Thing) -> Case | None:
    """The case it stands in; None for a community poll."""
    if isinstance(thing, Case):
        return thing
    return None if isinstance(thing, Poll) else thing.case


def author_item(thing: Thing) -> Item | None:
    """The item whose author answers for it; None for a community poll."""
    return thing if isinstance(thing, Case | Comment) else case_of(thing)


def kind_of(thing: Thing) -> Target:
    kinds = {Case: Target.CASE, Comment: Target.COMMENT, Image: Target.PICTURE, Poll: Target.POLL}
    return kinds[type(thing)]


def by_id(pairs: set[tuple[str, UUID]]) -> dict[UUID, Item]:
    """The cases and comments of these (kind, id) pairs by id, in two statements."""
    cases = Case.objects.filter(pk__in=_keys(pairs, Target.CASE))
    comments = Comment.objects.filter(pk__in=_keys(pairs, Target.COMMENT)).select_related("case")
    found: list[Item] = [*cases, *comments]
    return {item.pk: item for item in found}


def things_by_id(pairs: set[tuple[str, UUID]]) -> dict[UUID, Thing]:
    """As `by_id`, with pictures and community polls; four statements at most."""
    found: dict[UUID, Thing] = dict(by_id(pairs))
    if pictures := _keys(pairs, Target.PICTURE):
        found |= {
            one.pk: one for one in Image.objects.filter(pk__in=pictures).select_related("case")
        }
    if polls := _keys(pairs, Target.POLL):
        found |= {one.pk: one for one in Poll.objects.filter(pk__in=polls)}
    return found


def _keys(pairs: set[tuple[str, UUID]], wanted: Target) -> list[UUID]:
    return [pk for kind, pk in pairs if kind == wanted]
