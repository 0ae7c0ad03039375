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
from sermo.custody.decrypt_layer import main as peel_offline
from sermo.members import notices
from sermo.members.models import EncryptedNotice, Member
from sermo.members.viewer import Viewer
from sermo.moderation.models import AuthorDisclosure, DisclosureState
from tests.accounts.conftest import sign_in
from tests.custody.conftest import HOLDERS, REASON, Ceremony, Custodians, Insider, make_custodians
from tests.factories import make_case, make_comment

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture
def comment(author: Insider, osler: Viewer) -> Any:
    return make_comment(author.viewer, make_case(osler), anonymous=True)


def _both_halves(ceremony: Ceremony, unsealing: AuthorDisclosure, told: str) -> Path:
    errand = ceremony.take(unsealing.public_id)
    return ceremony.peel(ceremony.peel(errand, 1, told), 3, told)


def test_two_custodians_open_one_contribution_to_one_person(
    ceremony: Ceremony, author: Insider, comment: Any
) -> None:
    unsealing, told = ceremony.ask(comment)

    answer = _both_halves(ceremony, unsealing, told)
    said = ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)

    assert said == f"Casey Sampleton <{author.user.email}>"
    unsealing.refresh_from_db()
    assert unsealing.state == DisclosureState.OPENED
    assert unsealing.ciphertext == b""
    assert break_glass.request_of(unsealing)["reason"] == REASON
    assert first_broken_position("community") is None
    assert first_broken_position("identity") is None


def test_the_record_stands_before_anything_is_opened(ceremony: Ceremony, comment: Any) -> None:
    unsealing, _ = ceremony.ask(comment)

    entry = CommunityAuditEvent.objects.order_by("-position")[0]

    assert entry.action == "custody.disclosure.requested"
    assert entry.target == f"unsealing:{unsealing.pk}"
    assert unsealing.opened_month is None


def test_no_record_of_either_store_joins_the_item_to_the_person(
    ceremony: Ceremony, author: Insider, comment: Any
) -> None:
    unsealing, told = ceremony.ask(comment)
    answer = _both_halves(ceremony, unsealing, told)
    ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)
    tasks.tell_opened(str(unsealing.pk))

    identity = str([row.__dict__ for row in IdentityAuditEvent.objects.all()])
    community = str([row.__dict__ for row in CommunityAuditEvent.objects.all()])
    community += str(list(AuthorDisclosure.objects.values())) + str(
        list(EncryptedNotice.objects.values())
    )

    assert str(unsealing.pk) not in identity
    assert str(author.user.pk) not in identity
    for word in (str(author.viewer.member.pk), author.viewer.member.handle, "Rosa", "prosecutor"):
        assert word not in community
        assert word.replace("-", "") not in community


def test_the_member_is_told_and_nobody_else_reads_it(
    ceremony: Ceremony, author: Insider, comment: Any, osler: Viewer, client: Client
) -> None:
    unsealing, told = ceremony.ask(comment)
    answer = _both_halves(ceremony, unsealing, told)
    assert notices.read_notices(author.viewer) == []

    ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)
    for _ in range(2):
        tasks.tell_opened(str(unsealing.pk))

    [said] = notices.read_notices(author.viewer)
    assert said["path"] == comment.get_absolute_url()
    assert notices.read_notices(osler) == []
    sign_in(client, author.user.email)
    page = client.get("/me/").content.decode()
    assert "was opened to one person" in page
    assert comment.get_absolute_url() in page


def test_a_legal_hold_delays_the_word_and_says_until_when(
    ceremony: Ceremony, author: Insider, comment: Any, time_machine: Any
) -> None:
    time_machine.move_to("2030-03-14T09:00:00+00:00", tick=False)
    unsealing, told = ceremony.ask(comment, **{"hold-until": "2030-04-01"})
    answer = _both_halves(ceremony, unsealing, told)
    ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)
    tasks.sweep_ceremonies()
    assert notices.read_notices(author.viewer) == []

    time_machine.move_to("2030-04-01T09:00:00+00:00", tick=False)
    tasks.sweep_ceremonies()

    assert notices.read_notices(author.viewer)[0]["held_until"] == "2030-04-01"


def test_the_public_count_of_the_month_goes_up_by_one(
    ceremony: Ceremony, comment: Any, client: Client
) -> None:
    unsealing, told = ceremony.ask(comment)
    answer = _both_halves(ceremony, unsealing, told)
    before = client.get("/log/").content.decode()

    ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)

    assert "No contribution has been opened" in before
    month = f"{dt.datetime.now(dt.UTC):%B %Y}"
    assert f"{month}: 1" in " ".join(client.get("/log/").content.decode().split())


def test_one_request_opens_once(ceremony: Ceremony, comment: Any) -> None:
    unsealing, told = ceremony.ask(comment)
    answer = _both_halves(ceremony, unsealing, told)
    ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)

    with pytest.raises(CommandError, match="opened already"):
        ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)


def test_a_requester_who_is_a_custodian_is_refused(ceremony: Ceremony, comment: Any) -> None:
    for number, requester in enumerate(
        (
            HOLDERS[1],
            "Ben Specimen <another.address@mail.example>",
            "Somebody Else <b.e.n+court@mail.example>",
        )
    ):
        with pytest.raises(CommandError, match="A custodian cannot ask"):
            ceremony.ask(
                comment, requester=requester, **{"key-out": ceremony.directory / f"k{number}"}
            )
    assert not AuthorDisclosure.objects.exists()


def test_a_second_account_of_a_custodian_gets_no_second_seat(db: Any, tmp_path: Path) -> None:
    for number, second in enumerate(
        ("Sample, Ada <ada.private@mail.example>", "A. N. Other <a.da+2@mail.example>")
    ):
        with pytest.raises(CommandError, match="two seats"):
            make_custodians(tmp_path / str(number), HOLDERS[0], second, HOLDERS[2])


def test_the_same_custodian_twice_is_refused(ceremony: Ceremony, comment: Any) -> None:
    unsealing, told = ceremony.ask(comment)
    half = ceremony.peel(ceremony.take(unsealing.public_id), 1, told)

    with pytest.raises(CommandError, match="same custodian"):
        ceremony.peel(half, 1, told)


def test_out_of_turn_or_not_of_the_pair_is_refused(ceremony: Ceremony, comment: Any) -> None:
    unsealing, told = ceremony.ask(comment)
    errand = ceremony.take(unsealing.public_id)

    for custodian in (2, 3):
        with pytest.raises(CommandError, match="custodian 1's turn"):
            ceremony.peel(errand, custodian, told)


def test_half_a_ceremony_opens_nothing(ceremony: Ceremony, comment: Any) -> None:
    unsealing, told = ceremony.ask(comment)
    half = ceremony.peel(ceremony.take(unsealing.public_id), 1, told)

    with pytest.raises(CommandError, match="Two custodians"):
        ceremony.run("open", unsealing.public_id, half, "--key", ceremony.key)
    unsealing.refresh_from_db()
    assert unsealing.state == DisclosureState.READY


def test_a_file_turned_to_another_persons_key_is_refused(ceremony: Ceremony, comment: Any) -> None:
    unsealing, told = ceremony.ask(comment)
    errand = ceremony.take(unsealing.public_id)
    changed = json.loads(errand.read_text())
    changed["recipient"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    turned = ceremony.file()
    turned.write_text(json.dumps(changed))

    with pytest.raises(CommandError, match="fingerprints differ"):
        ceremony.peel(turned, 1, told)


def test_a_changed_box_is_refused(ceremony: Ceremony, comment: Any) -> None:
    unsealing, told = ceremony.ask(comment)
    errand = ceremony.take(unsealing.public_id)
    changed = json.loads(errand.read_text())
    changed["box"] = changed["box"][:-8] + "AAAAAAA="
    broken = ceremony.file()
    broken.write_text(json.dumps(changed))

    with pytest.raises(CommandError, match="does not open this box"):
        ceremony.peel(broken, 1, told)


def test_an_expired_request_is_refused_at_every_step(
    ceremony: Ceremony, comment: Any, time_machine: Any
) -> None:
    time_machine.move_to("2030-03-14T09:00:00+00:00", tick=False)
    unsealing, told = ceremony.ask(comment, hours=4)
    errand = ceremony.take(unsealing.public_id)
    answer = _both_halves(ceremony, unsealing, told)

    time_machine.move_to("2030-03-14T13:00:00+00:00", tick=False)

    with pytest.raises(CommandError, match="expired"):
        ceremony.peel(errand, 1, told)
    with pytest.raises(CommandError, match="expired"):
        ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)
    tasks.sweep_ceremonies()
    with pytest.raises(CommandError, match="not opened in time"):
        ceremony.take(unsealing.public_id)


def test_without_a_written_reason_or_with_no_end_it_is_refused(
    ceremony: Ceremony, comment: Any
) -> None:
    with pytest.raises(CommandError, match="1 to 72 hours"):
        ceremony.ask(comment, hours=73)
    ceremony.reason.write_text("curious")
    with pytest.raises(CommandError, match="Write the reason down"):
        ceremony.ask(comment, **{"key-out": ceremony.directory / "again.key"})


def test_over_a_changed_record_nothing_is_opened(ceremony: Ceremony, comment: Any) -> None:
    unsealing, told = ceremony.ask(comment)
    answer = _both_halves(ceremony, unsealing, told)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_communityauditevent DISABLE TRIGGER USER")
    CommunityAuditEvent.objects.filter(action="custody.disclosure.requested").update(
        reason="nothing"
    )

    with pytest.raises(CommandError, match="audit record was changed"):
        ceremony.run("open", unsealing.public_id, answer, "--key", ceremony.key)


def test_two_custodians_without_the_inner_key_open_nothing(
    ceremony: Ceremony, author: Insider, custodians: Custodians
) -> None:
    """What a thief of the community store and of two custodians' keys tries."""
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey, SealedBox

    from sermo.custody.ceremony import read_key
    from sermo.members.services import unpack_identity_escrow

    member = Member.objects.get(pk=author.viewer.member.pk)
    stolen = [
        version.material
        for number in (1, 2, 3)
        for version in read_key(custodians.key(number).read_text()).versions
    ]

    boxes = unpack_identity_escrow(bytes(member.identity_escrow))
    assert sorted(boxes) == ["1-2", "1-3", "2-3"]
    for box in boxes.values():
        for key in stolen:
            with pytest.raises(CryptoError):
                SealedBox(PrivateKey(key)).decrypt(box[2:])


def test_the_offline_half_needs_neither_settings_nor_a_database(
    ceremony: Ceremony, comment: Any, custodians: Custodians
) -> None:
    import subprocess
    import sys

    unsealing, told = ceremony.ask(comment)
    errand, out = ceremony.take(unsealing.public_id), ceremony.file()
    words = [str(errand), "--key", str(custodians.key(1)), "--told", told, "--out", str(out)]

    done = subprocess.run(
        [sys.executable, "-m", "sermo.custody.decrypt_layer", *words],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "Layer 1 of 2 is off.\n"), done.stderr
    assert peel_offline([*words[:-1], str(out)]) == 1


def test_key_files_are_their_owners_alone_and_never_overwritten(
    custodians: Custodians, ceremony: Ceremony, comment: Any
) -> None:
    ceremony.ask(comment)

    for path in (*(custodians.key(number) for number in (1, 2, 3)), ceremony.key):
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="exists already"):
        ceremony.ask(comment)
    with pytest.raises(CommandError, match="not empty"):
        make_custodians(custodians.directory, *HOLDERS)
