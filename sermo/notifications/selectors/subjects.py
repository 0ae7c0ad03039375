"""What the app that owns the subjects knows of them. Settings name it; it is not imported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from sermo.members.viewer import Viewer


@dataclass(frozen=True)
class SubjectDescription:
    """A subject as the viewer may see it."""

    title: str
    url: str


def describe_subjects(viewer: Viewer, subjects: Collection[UUID]) -> dict[UUID, SubjectDescription]:
    """Title and address of each subject that the viewer may see. Other subjects are left out."""
    if not subjects:
        return {}
    descriptions: dict[UUID, SubjectDescription] = import_string(settings.DESCRIBE_SUBJECTS)(
        viewer=viewer, subjects=subjects
    )
    return descriptions


def own_subjects(viewer: Viewer) -> dict[UUID, int]:
    """Subjects that belong in the viewer's inbox because of what they wrote, though no list names
    them; and for each the number of the last event before that. One query for most viewers.
    """
    subjects: dict[UUID, int] = import_string(settings.OWN_SUBJECTS)(viewer)
    return subjects
