from __future__ import annotations

import datetime as dt
import os
import re
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client

from accounts.models import CredentialSlots, RecoveryRequest
from accounts.selectors import read_slots
from sermo.custody import recovery, tasks
from tests.accounts.conftest import NEW_PASSWORD, credential_in_session, sent_emails, sign_in
from tests.accounts.test_recovery import reset_password
from tests.custody.conftest import Author, CustodyCommands
from tests.factories import client_for, make_user

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
CODE = re.compile(r"<code>((?:[a-z0-9]{4}-){7}[a-z0-9]{4})</code>")
NUMBER = re.compile(r"<code>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</code>")
START = dt.datetime(2030, 3, 14, 9, tzinfo=dt.UTC)


def request_recovery(client: Client, email: str) -> tuple[str, str]:
    """Lose everything, reset the password by mail, ask: the code and the number read out."""
    reset_password(client, email)
    sign_in(client, email, NEW_PASSWORD)
    client.post("/accounts/recovery/")
    page = client.get("/accounts/recovery/").content.decode()
    code, number = CODE.search(page), NUMBER.search(page)
    assert code
    assert number
    return code[1], number[1]


def record_proofing(author: Author) -> RecoveryRequest:
    request = RecoveryRequest.objects.get(user=author.user)
    answer = client_for(make_user("registrar", role="registrar")).post(
        "/accounts/recoveries/", {"request": request.public_id, "proofing_method": "in_person"}
    )
    assert answer.status_code == 302
    return request


def recover_by_custodians(
    commands: CustodyCommands, request: RecoveryRequest, fingerprint: str
) -> None:
    commands.run("recover", request.public_id, "--custodians", "2-3")
    tasks.prepare_recovery(request.public_id)
    file = commands.export(request.public_id)
    answer = commands.decrypt_layer(commands.decrypt_layer(file, 2, fingerprint), 3, fingerprint)
    commands.run("return", request.public_id, answer)


def test_the_message_to_the_sealed_worker_holds_no_id_of_a_person(
    commands: CustodyCommands, author: Author, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker keeps messages on disk, in the order in which they were sent."""
    sent: list[tuple[str, ...]] = []
    monkeypatch.setattr(recovery, "enqueue", lambda *task, **_: sent.append(task))
    time_machine.move_to(START, tick=False)
    request_recovery(Client(), author.user.email)
    request = record_proofing(author)
    time_machine.move_to(START + dt.timedelta(hours=73), tick=False)

    commands.run("recover", request.public_id, "--custodians", "2-3")

    assert sent == [("sealed.prepare_recovery", request.public_id)]
    assert recovery.due_recoveries() == [request.public_id]


def test_who_lost_everything_gets_the_same_membership_back(
    commands: CustodyCommands, author: Author, time_machine: Any
) -> None:
    time_machine.move_to(START, tick=False)
    elsewhere = Client()
    code, fingerprint = request_recovery(elsewhere, author.user.email)
    request = record_proofing(author)
    time_machine.move_to(START + dt.timedelta(hours=73), tick=False)

    recover_by_custodians(commands, request, fingerprint)
    home = Client()
    sign_in(home, author.user.email, NEW_PASSWORD)
    assert home.get("/cases/")["Location"] == "/accounts/welcome/"
    page = home.get("/accounts/recovery/").content.decode()
    answer = home.post("/accounts/recovery/code/", {"code": code, "password": NEW_PASSWORD})

    assert "The custodians have done their part" in page
    assert answer["Location"] == "/accounts/recovery-code/"
    credential = credential_in_session(home)
    assert credential is not None
    assert credential["member"] == author.viewer.member.pk.hex
    assert author.viewer.member.handle in home.get("/me/").content.decode()
    assert not RecoveryRequest.objects.exists()
    # The new password and the new recovery code open it; the old code does not.
    again = Client()
    sign_in(again, author.user.email, NEW_PASSWORD)
    assert credential_in_session(again) == credential
    fresh = home.get("/accounts/recovery-code/").context["code"]
    assert fresh not in {code, author.entrant.recovery_code}


def test_nothing_stored_during_recovery_unwraps_the_credential(
    commands: CustodyCommands, author: Author, time_machine: Any
) -> None:
    time_machine.move_to(START, tick=False)
    _, fingerprint = request_recovery(Client(), author.user.email)
    request = record_proofing(author)
    time_machine.move_to(START + dt.timedelta(hours=73), tick=False)

    recover_by_custodians(commands, request, fingerprint)

    stored = str(RecoveryRequest.objects.values()) + str(CredentialSlots.objects.values())
    stored += "".join(path.read_text() for path in commands.directory.glob("file-*"))
    assert author.entrant.credential.secret.hex() not in stored
    assert author.viewer.member.pk.hex not in stored
    assert repr(author.entrant.credential.secret)[2:-1] not in stored


def test_neither_the_wait_nor_the_proofing_can_be_skipped(
    commands: CustodyCommands, author: Author, time_machine: Any
) -> None:
    time_machine.move_to(START, tick=False)
    request_recovery(Client(), author.user.email)
    request = RecoveryRequest.objects.get()
    number = request.public_id

    with pytest.raises(CommandError, match="72 hours are not over"):
        commands.run("recover", number, "--custodians", "1-2")
    time_machine.move_to(START + dt.timedelta(hours=73), tick=False)
    with pytest.raises(CommandError, match="checked anew"):
        commands.run("recover", number, "--custodians", "1-2")
    record_proofing(author)
    commands.run("recover", number, "--custodians", "1-2")


def test_a_wrong_code_or_password_recovers_nothing(
    commands: CustodyCommands, author: Author, time_machine: Any
) -> None:
    time_machine.move_to(START, tick=False)
    client = Client()
    code, fingerprint = request_recovery(client, author.user.email)
    request = record_proofing(author)
    time_machine.move_to(START + dt.timedelta(hours=73), tick=False)
    recover_by_custodians(commands, request, fingerprint)
    sign_in(client, author.user.email, NEW_PASSWORD)

    for typed in (
        {"code": author.entrant.recovery_code, "password": NEW_PASSWORD},
        {"code": code, "password": "not-the-password-at-all"},
        {"code": "", "password": NEW_PASSWORD},
    ):
        assert client.post("/accounts/recovery/code/", typed).status_code == 422

    assert credential_in_session(client) is None


def test_the_owner_gets_an_email_and_a_known_device_ends_the_request(
    commands: CustodyCommands, author: Author
) -> None:
    thief = Client()
    owner = Client()
    sign_in(owner, author.user.email)
    device = owner.cookies["device"].value
    request_recovery(thief, author.user.email)
    assert "If it was not you" in sent_emails()[-1].body

    owner = Client()
    owner.cookies["device"] = device
    sign_in(owner, author.user.email, NEW_PASSWORD)

    assert credential_in_session(owner) is not None
    assert not RecoveryRequest.objects.exists()


def test_a_lost_code_means_a_new_request_and_a_new_wait(author: Author, time_machine: Any) -> None:
    time_machine.move_to(START, tick=False)
    client = Client()
    first, _ = request_recovery(client, author.user.email)
    time_machine.move_to(START + dt.timedelta(hours=10), tick=False)

    client.post("/accounts/recovery/", {"cancel": "yes"})
    client.post("/accounts/recovery/")
    page = client.get("/accounts/recovery/").content.decode()

    second = CODE.search(page)
    assert second
    assert second[1] != first
    assert RecoveryRequest.objects.get().wait_ends_at == START + dt.timedelta(hours=82)


def _for_custodians(author: Author) -> set[bytes]:
    custodians = read_slots(author.user.pk).custodians
    return set(custodians.by_pair.values()) if custodians else set()


def test_after_new_custodians_the_slots_are_encrypted_again_at_sign_in(
    author: Author, commands: CustodyCommands
) -> None:
    from sermo.core import keys
    from sermo.members.services import identity_escrow_of

    before = _for_custodians(author)
    sign_in(Client(), author.user.email)
    same = _for_custodians(author)
    escrow = identity_escrow_of(author.viewer.member.pk)
    fresh = keys.generate_demo_environment()["SERMO_KEY_CUSTODIAN_2_PUBLIC"].replace(
        "demo.1:", "demo.9:"
    )
    os.environ["SERMO_KEY_CUSTODIAN_2_PUBLIC"] = fresh

    sign_in(Client(), author.user.email)

    after = _for_custodians(author)
    assert same == before
    assert after
    assert not after & before
    assert identity_escrow_of(author.viewer.member.pk) != escrow
