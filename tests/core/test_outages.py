"""A database or the storage stops: pages say so with status 503, and give back what was written."""

from __future__ import annotations

import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from sermo import env
from sermo.local_stack import postgres
from sermo.local_stack.paths import LocalPaths
from sermo.members.viewer import Viewer
from tests.access_cast import make_people, make_things
from tests.factories import client_for
from tests.factories_verification import picture

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
WORDS = "Words that took an hour to write."
PAGES = ["/cases/", "/cases/{case_id}/", "/polls/", "/search/?q=gout", "/me/", "/inbox/"]
FORMS = {
    "/cases/{case_id}/comments/": {"text": WORDS, "shown_as": "handle"},
    "/polls/{poll_id}/vote/": {"reasoning": WORDS},
    "/cases/drafts/{draft_id}/": {"history": WORDS},
    "/moderation/report/case/{case_id}/": {"note": WORDS, "reason": "abuse"},
}


@pytest.fixture(scope="module")
def stopped_server() -> Iterator[dict[str, str]]:
    """Addresses of both databases on a PostgreSQL server of its own, which ran and was stopped."""
    directory = Path(tempfile.mkdtemp(prefix="sermo-outage-"))
    paths = LocalPaths(directory)
    paths.make()
    postgres.start(paths, durable=False)
    addresses = {
        "default": postgres.address(paths, "sermo_community"),
        "identity": postgres.address(paths, "sermo_identity"),
    }
    assert postgres.is_up(paths)
    postgres.stop(paths)
    assert not postgres.is_up(paths)
    yield addresses
    shutil.rmtree(directory)


@pytest.fixture
def people() -> dict[str, Any]:
    return make_people()


@pytest.fixture
def things(people: dict[str, Any]) -> dict[str, Any]:
    return make_things(people)


@pytest.fixture
def author(people: dict[str, Any], things: dict[str, Any]) -> Client:
    """Signed in while all servers ran."""
    viewer: Viewer = people["author"]
    client = client_for(viewer)
    client.raise_request_exception = False
    return client


@pytest.fixture(params=["default", "identity"])
def stopped_database(
    request: Any,
    author: Client,
    stopped_server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
) -> Iterator[str]:
    """One database after the other is that of the stopped server, after the sign-in."""
    alias: str = request.param
    monkeypatch.setenv("STOPPED_DATABASE_URL", stopped_server[alias])
    working = connections[alias]
    values = {**working.settings_dict, **env.database("STOPPED_DATABASE_URL")}
    connections[alias] = type(working)(values, alias)
    yield alias
    connections[alias] = working


def assert_says_so(response: Any) -> None:
    text = response.content.decode()
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert re.search(r"<h1>[^<]*unavailable", text)
    for inner in ("Traceback", "OperationalError", "psycopg", "/sermo-outage-", ".py"):
        assert inner not in text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_that_it_cannot_be_shown(
    path: str, things: dict[str, Any], author: Client, stopped_database: str
) -> None:
    assert_says_so(author.get(path.format(**things)))
    assert_says_so(author.get(path.format(**things)))


@pytest.mark.parametrize("path", FORMS)
def test_a_form_gives_its_words_back(
    path: str, things: dict[str, Any], author: Client, stopped_database: str
) -> None:
    sent = author.post(
        path.format(**things), {**FORMS[path], "idempotency_key": uuid.uuid4(), "password": "no"}
    )

    assert_says_so(sent)
    assert WORDS in sent.content.decode()


def test_a_script_gets_the_sentence_without_a_page(
    things: dict[str, Any], author: Client, stopped_database: str
) -> None:
    path = f"/cases/drafts/{things['draft_id']}/save/"

    part = author.post(path, {"history": WORDS}, headers={"HX-Request": "true"})
    data = author.post(
        path, {"history": WORDS}, headers={"HX-Request": "true", "Accept": "application/json"}
    )

    assert (part.status_code, data.status_code) == (503, 503)
    assert "<html" not in part.content.decode()
    assert "partly unavailable" in data.json()["sentence"]
    assert part["Retry-After"] == data["Retry-After"]


def test_a_visitor_still_reads_what_needs_no_database(stopped_database: str) -> None:
    for path in ("/", "/privacy/", "/help/", "/healthz"):
        assert Client().get(path).status_code == 200, path
    assert Client().get("/readyz").status_code == 503


def test_an_upload_while_the_storage_is_gone_says_so(
    things: dict[str, Any], author: Client, settings: Any, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "a-file-in-place-of-the-folder"
    in_the_way.write_bytes(b"")
    settings.STORAGES = {
        name: {**storage, "OPTIONS": {"location": in_the_way / name}}
        if name == "quarantine"
        else storage
        for name, storage in settings.STORAGES.items()
    }
    file = SimpleUploadedFile("x.jpg", picture(), content_type="image/jpeg")

    sent = author.post(f"/cases/drafts/{things['draft_id']}/images/", {"images": file})

    assert_says_so(sent)
