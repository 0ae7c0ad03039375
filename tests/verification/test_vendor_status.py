"""What an operator sees of vendors: configuration, health and cost, never a secret."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.factories import client_for, make_user
from tools.management.commands.vendor_sandbox import CLEAN
from tools.signup_replay.sandboxes import ReplaySandbox, running_sandboxes
from verification.models import CircuitBreaker
from verification.pipeline import circuit_breaker

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture
def registrar(db: Any) -> User:
    return make_user("registrar", role="registrar")


@pytest.fixture
def sandbox() -> Iterator[ReplaySandbox]:
    with running_sandboxes() as made:
        made.sandbox.state.control({"reset": True, "providers": CLEAN, "hang": 0.6})
        yield made


def check_vendors_output(**options: Any) -> str:
    out = StringIO()
    call_command("check_vendors", stdout=out, **options)
    return out.getvalue()


def test_unconfigured_vendors_list_what_they_need() -> None:
    output = check_vendors_output()

    assert output.count("not configured") == 3
    assert "needs IDOLOGY_URL, IDOLOGY_USERNAME, IDOLOGY_PASSWORD" in output
    assert "never imported" in output


def test_every_vendor_answers_and_no_person_was_searched(sandbox: ReplaySandbox) -> None:
    assert check_vendors_output().count("configured, answers") == 3

    assert sandbox.sandbox.state.searches == 0
    sandbox.sandbox.state.control({"reset": True})
    assert check_vendors_output(configured_only=True).count("configured, not asked") == 3
    assert sandbox.calls() == {}


def test_refused_and_silent_vendors_are_named_and_no_breaker_changes(
    sandbox: ReplaySandbox, settings: Any
) -> None:
    settings.VENDORS = {**settings.VENDORS, "IDOLOGY_PASSWORD": "planted-secret"}
    from verification.vendors import adapters

    adapters.reset_adapters()
    sandbox.sandbox.state.control({"faults": [{"provider": "nppes", "sequence": ["503"]}]})
    out = StringIO()

    with pytest.raises(CommandError, match=r"not well: IDology.*NPPES"):
        call_command("check_vendors", stdout=out)

    assert "refuses our credentials" in out.getvalue()
    assert "does not answer" in out.getvalue()
    assert "planted-secret" not in out.getvalue()
    assert not CircuitBreaker.objects.exists()


def test_the_sources_page_shows_an_open_breaker_and_can_close_it(
    registrar: User, sandbox: ReplaySandbox
) -> None:
    client = client_for(registrar)
    circuit_breaker.record_misconfiguration("idology")

    page = client.get("/review/sources/").content.decode()
    assert "paused: it refuses our credentials or address" in page
    assert "IDOLOGY_PASSWORD" in page
    assert ">sandbox<" not in page
    assert client.post("/review/sources/idology/resume/").status_code == 302

    assert "asked as needed" in client.get("/review/sources/").content.decode()
    assert b"/review/sources/" in client.get("/review/").content


def test_the_sandbox_command_serves_and_ends() -> None:
    out = StringIO()

    call_command("vendor_sandbox", port=0, seconds=0.3, fault=["idology=503,ok"], stdout=out)

    assert "IDOLOGY_URL=http://127.0.0.1:" in out.getvalue()
    for odd in (["idology"], ["nobody=503"]):
        with pytest.raises(CommandError):
            call_command("vendor_sandbox", port=0, seconds=0.1, fault=odd, stdout=out)
