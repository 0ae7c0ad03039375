from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test import Client

from sermo.audit.models import CommunityAuditEvent, IdentityAuditEvent
from sermo.audit.services import first_broken_position
from sermo.custody import break_glass, tasks
from sermo.custody.decrypt_layer import main as decrypt_layer_offline
from sermo.members.models import AuthorCapsule, EncryptedNotice
from sermo.members.selectors import read_notices
from sermo.members.viewer import Viewer
from sermo.moderation.models import AuthorDisclosure, DisclosureState
from tests.accounts.conftest import sign_in
from tests.custody.conftest import (
    HOLDERS,
    REASON,
    Author,
    Custodians,
    CustodyCommands,
    make_custodians,
)
from tests.factories import make_case, make_comment

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture
def comment(author: Author, osler: Viewer) -> Any:
    return make_comment(author.viewer, make_case(osler), anonymous=True)


def _decrypt_both_layers(
    commands: CustodyCommands, disclosure: AuthorDisclosure, fingerprint: str
) -> Path:
    file = commands.export(disclosure.public_id)
    return commands.decrypt_layer(commands.decrypt_layer(file, 1, fingerprint), 3, fingerprint)


def test_two_custodians_disclose_the_author_of_one_post_to_one_person(
    commands: CustodyCommands, author: Author, comment: Any
) -> None:
    disclosure, fingerprint = commands.request(comment)

    answer = _decrypt_both_layers(commands, disclosure, fingerprint)
    output = commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)

    assert output == f"Casey Sampleton <{author.user.email}>"
    disclosure.refresh_from_db()
    assert disclosure.state == DisclosureState.OPENED
    assert disclosure.ciphertext == b""
    assert break_glass.decrypt_request(disclosure)["reason"] == REASON
    assert first_broken_position("community") is None
    assert first_broken_position("identity") is None


def test_an_audit_event_is_recorded_before_anything_is_decrypted(
    commands: CustodyCommands, comment: Any
) -> None:
    disclosure, _ = commands.request(comment)

    entry = CommunityAuditEvent.objects.order_by("-position")[0]

    assert entry.action == "custody.disclosure.requested"
    assert entry.target == f"disclosure:{disclosure.pk}"
    assert disclosure.opened_month is None


def test_no_row_of_either_store_links_the_post_to_the_person(
    commands: CustodyCommands, author: Author, comment: Any
) -> None:
    disclosure, fingerprint = commands.request(comment)
    answer = _decrypt_both_layers(commands, disclosure, fingerprint)
    commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)
    tasks.notify_author(str(disclosure.pk))

    identity = str([row.__dict__ for row in IdentityAuditEvent.objects.all()])
    community = str([row.__dict__ for row in CommunityAuditEvent.objects.all()])
    community += str(list(AuthorDisclosure.objects.values())) + str(
        list(EncryptedNotice.objects.values())
    )

    assert str(disclosure.pk) not in identity
    assert str(author.user.pk) not in identity
    for word in (str(author.viewer.member.pk), author.viewer.member.handle, "Rosa", "prosecutor"):
        assert word not in community
        assert word.replace("-", "") not in community


def test_the_member_is_notified_and_nobody_else_can_read_it(
    commands: CustodyCommands, author: Author, comment: Any, osler: Viewer, client: Client
) -> None:
    disclosure, fingerprint = commands.request(comment)
    answer = _decrypt_both_layers(commands, disclosure, fingerprint)
    assert read_notices(author.viewer) == []

    commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)
    for _ in range(2):
        tasks.notify_author(str(disclosure.pk))

    [notice] = read_notices(author.viewer)
    assert notice["path"] == comment.get_absolute_url()
    assert read_notices(osler) == []
    sign_in(client, author.user.email)
    page = client.get("/me/").content.decode()
    assert "was opened to one person" in page
    assert comment.get_absolute_url() in page


def test_a_legal_hold_delays_the_notice_and_says_until_when(
    commands: CustodyCommands, author: Author, comment: Any, time_machine: Any
) -> None:
    time_machine.move_to("2030-03-14T09:00:00+00:00", tick=False)
    disclosure, fingerprint = commands.request(comment, **{"hold-until": "2030-04-01"})
    answer = _decrypt_both_layers(commands, disclosure, fingerprint)
    commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)
    tasks.sweep_custody_requests()
    assert read_notices(author.viewer) == []

    time_machine.move_to("2030-04-01T09:00:00+00:00", tick=False)
    tasks.sweep_custody_requests()

    assert read_notices(author.viewer)[0]["held_until"] == "2030-04-01"


def test_the_public_count_of_the_month_goes_up_by_one(
    commands: CustodyCommands, comment: Any, client: Client
) -> None:
    disclosure, fingerprint = commands.request(comment)
    answer = _decrypt_both_layers(commands, disclosure, fingerprint)
    before = client.get("/log/").content.decode()

    commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)

    assert "No contribution has been opened" in before
    month = f"{dt.datetime.now(dt.UTC):%B %Y}"
    assert f"{month}: 1" in " ".join(client.get("/log/").content.decode().split())


def test_one_request_discloses_once(commands: CustodyCommands, comment: Any) -> None:
    disclosure, fingerprint = commands.request(comment)
    answer = _decrypt_both_layers(commands, disclosure, fingerprint)
    commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)

    with pytest.raises(CommandError, match="opened already"):
        commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)


def test_a_requester_who_is_a_custodian_is_refused(commands: CustodyCommands, comment: Any) -> None:
    for number, requester in enumerate(
        (
            HOLDERS[1],
            "Ben Specimen <another.address@mail.example>",
            "Somebody Else <b.e.n+court@mail.example>",
        )
    ):
        with pytest.raises(CommandError, match="A custodian cannot ask"):
            commands.request(
                comment,
                requester=requester,
                **{"key-out": commands.directory / f"k{number}"},
            )
    assert not AuthorDisclosure.objects.exists()


def test_a_second_account_of_a_custodian_cannot_be_a_custodian(db: Any, tmp_path: Path) -> None:
    for number, second in enumerate(
        ("Sample, Ada <ada.private@mail.example>", "A. N. Other <a.da+2@mail.example>")
    ):
        with pytest.raises(CommandError, match="two seats"):
            make_custodians(tmp_path / str(number), HOLDERS[0], second, HOLDERS[2])


def test_the_same_custodian_twice_is_refused(commands: CustodyCommands, comment: Any) -> None:
    disclosure, fingerprint = commands.request(comment)
    half = commands.decrypt_layer(commands.export(disclosure.public_id), 1, fingerprint)

    with pytest.raises(CommandError, match="same custodian"):
        commands.decrypt_layer(half, 1, fingerprint)


def test_a_custodian_out_of_turn_or_not_of_the_pair_is_refused(
    commands: CustodyCommands, comment: Any
) -> None:
    disclosure, fingerprint = commands.request(comment)
    file = commands.export(disclosure.public_id)

    for custodian in (2, 3):
        with pytest.raises(CommandError, match="custodian 1's turn"):
            commands.decrypt_layer(file, custodian, fingerprint)


def test_one_custodian_alone_discloses_nothing(commands: CustodyCommands, comment: Any) -> None:
    disclosure, fingerprint = commands.request(comment)
    half = commands.decrypt_layer(commands.export(disclosure.public_id), 1, fingerprint)

    with pytest.raises(CommandError, match="Two custodians"):
        commands.run("disclose", disclosure.public_id, half, "--key", commands.key)
    disclosure.refresh_from_db()
    assert disclosure.state == DisclosureState.READY


def test_a_file_with_another_persons_key_is_refused(
    commands: CustodyCommands, comment: Any
) -> None:
    disclosure, fingerprint = commands.request(comment)
    file = commands.export(disclosure.public_id)
    changed = json.loads(file.read_text())
    changed["recipient_public_key"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    redirected = commands.new_path()
    redirected.write_text(json.dumps(changed))

    with pytest.raises(CommandError, match="fingerprints differ"):
        commands.decrypt_layer(redirected, 1, fingerprint)


def test_a_changed_ciphertext_is_refused(commands: CustodyCommands, comment: Any) -> None:
    disclosure, fingerprint = commands.request(comment)
    file = commands.export(disclosure.public_id)
    changed = json.loads(file.read_text())
    changed["ciphertext"] = changed["ciphertext"][:-8] + "AAAAAAA="
    broken = commands.new_path()
    broken.write_text(json.dumps(changed))

    with pytest.raises(CommandError, match="does not open this box"):
        commands.decrypt_layer(broken, 1, fingerprint)


def test_an_expired_request_is_refused_at_every_step(
    commands: CustodyCommands, comment: Any, time_machine: Any
) -> None:
    time_machine.move_to("2030-03-14T09:00:00+00:00", tick=False)
    disclosure, fingerprint = commands.request(comment, hours=4)
    file = commands.export(disclosure.public_id)
    answer = _decrypt_both_layers(commands, disclosure, fingerprint)

    time_machine.move_to("2030-03-14T13:00:00+00:00", tick=False)

    with pytest.raises(CommandError, match="expired"):
        commands.decrypt_layer(file, 1, fingerprint)
    with pytest.raises(CommandError, match="expired"):
        commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)
    tasks.sweep_custody_requests()
    with pytest.raises(CommandError, match="not opened in time"):
        commands.export(disclosure.public_id)


def test_a_post_that_is_too_old_is_refused(commands: CustodyCommands, comment: Any) -> None:
    AuthorCapsule.objects.all().delete()

    with pytest.raises(CommandError, match="too old"):
        commands.request(comment)


def test_without_a_written_reason_or_with_no_end_it_is_refused(
    commands: CustodyCommands, comment: Any
) -> None:
    with pytest.raises(CommandError, match="1 to 72 hours"):
        commands.request(comment, hours=73)
    commands.reason.write_text("curious")
    with pytest.raises(CommandError, match="Write the reason down"):
        commands.request(comment, **{"key-out": commands.directory / "again.key"})


def test_nothing_is_disclosed_if_an_audit_event_was_changed(
    commands: CustodyCommands, comment: Any
) -> None:
    disclosure, fingerprint = commands.request(comment)
    answer = _decrypt_both_layers(commands, disclosure, fingerprint)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_communityauditevent DISABLE TRIGGER USER")
    CommunityAuditEvent.objects.filter(action="custody.disclosure.requested").update(
        reason="nothing"
    )

    with pytest.raises(CommandError, match="audit record was changed"):
        commands.run("disclose", disclosure.public_id, answer, "--key", commands.key)


def test_two_custodians_without_the_inner_key_decrypt_nothing(
    commands: CustodyCommands, author: Author, custodians: Custodians
) -> None:
    """What a thief of the community store and of two custodians' keys tries."""
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey, SealedBox

    from sermo.custody.offline.custodian_file import read_custodian_key
    from sermo.members.services import identity_escrow_of, unpack_identity_escrow

    stolen = [
        version.material
        for number in (1, 2, 3)
        for version in read_custodian_key(custodians.key(number).read_text()).versions
    ]

    ciphertexts = unpack_identity_escrow(identity_escrow_of(author.viewer.member.pk))
    assert sorted(ciphertexts) == ["1-2", "1-3", "2-3"]
    for ciphertext in ciphertexts.values():
        for key in stolen:
            with pytest.raises(CryptoError):
                SealedBox(PrivateKey(key)).decrypt(ciphertext[2:])


def test_the_offline_part_needs_neither_settings_nor_a_database(
    commands: CustodyCommands, comment: Any, custodians: Custodians
) -> None:
    import subprocess
    import sys

    disclosure, fingerprint = commands.request(comment)
    file, out = commands.export(disclosure.public_id), commands.new_path()
    words = [
        str(file),
        "--key",
        str(custodians.key(1)),
        "--fingerprint",
        fingerprint,
        "--out",
        str(out),
    ]

    done = subprocess.run(
        [sys.executable, "-m", "sermo.custody.decrypt_layer", *words],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "Layer 1 of 2 is off.\n"), done.stderr
    assert decrypt_layer_offline([*words[:-1], str(out)]) == 1


def test_key_files_are_their_owners_alone_and_never_overwritten(
    custodians: Custodians, commands: CustodyCommands, comment: Any
) -> None:
    commands.request(comment)

    for path in (*(custodians.key(number) for number in (1, 2, 3)), commands.key):
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="exists already"):
        commands.request(comment)
    with pytest.raises(CommandError, match="not empty"):
        make_custodians(custodians.directory, *HOLDERS)
