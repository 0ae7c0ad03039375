"""What the apps above say of their subjects: named in settings, never imported here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from sermo.members.viewer import Viewer


@dataclass(frozen=True)
class Description:
    """A subject as the viewer may see it."""

    title: str
    url: str


def describe(viewer: Viewer, subjects: Collection[UUID]) -> dict[UUID, Description]:
    """Title and address of each subject the viewer may see; others are left out."""
    if not subjects:
        return {}
    found: dict[UUID, Description] = import_string(settings.DESCRIBE_SUBJECTS)(
        viewer=viewer, subjects=subjects
    )
    return found
