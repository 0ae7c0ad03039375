"""What a worker keeps between two pictures, and whom it talks to."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from cases.deid import sandbox
from cases.imaging import worker
from cases.models import ImageState
from sermo.members.viewer import Viewer
from tests.factories_cases import make_draft, make_image, make_photograph

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def test_models_are_loaded_once_without_network(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[object] = []
    real, real_resolve = socket.socket.connect, socket.getaddrinfo

    def connect(one: socket.socket, address: Any) -> None:
        asked.append(address)
        real(one, address)

    def resolve(host: Any, *args: Any, **options: Any) -> list[Any]:
        asked.append((host,))
        return real_resolve(host, *args, **options)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    draft, children = make_draft(osler), []
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(2):
            image = make_image(osler, draft, make_photograph(size=(100 + number, 90)))
            worker.process(image.pk)
            image.refresh_from_db()
            assert image.state == ImageState.AWAITING_REVIEW, image.refusal_reason
            children.append(sandbox.warm_process_id())

    assert children[0] == children[1] is not None
    assert [path for path in asked if not _is_here(path)] == []


def _is_here(address: Any) -> bool:
    """A socket in the file system, or this machine."""
    if isinstance(address, (str, bytes)):
        return True
    return address[0] in {"127.0.0.1", "::1", "localhost"}
