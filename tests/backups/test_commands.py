"""What the commands refuse, what they say, and the schedule: nothing is lost by a wrong word."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connections
from django.utils import timezone

from cases.models import Case
from sermo.backups import tasks
from sermo.backups.models import CommunityBackup, IdentityBackup
from sermo.backups.services import configuration, keep_lists, retention, schedule, target
from sermo.backups.services.backup import back_up
from sermo.backups.services.configuration import KEEP_LIST, STORES, store_named
from sermo.backups.stores import schema
from sermo.blinded_rows.models import NightlyPass
from sermo.core import health, keys
from sermo.core.advisory_lock import exclusive
from sermo.core.storage import storage_for
from sermo.custody import nightly_pass, physical_order
from sermo.members.viewer import Viewer
from tests.backups.conftest import Backups, empty_storages, run
from tests.factories import client_for, make_case, make_user
from tests.factories_cases import make_draft, make_ready_image

pytestmark = pytest.mark.django_db(databases=["default", "identity"], transaction=True)
DUE = dt.datetime(2026, 12, 1, 7, 0, tzinfo=dt.UTC)


def refusal(command: Callable[[], object]) -> tuple[int, str]:
    """Exit code and sentence of a command that fails."""
    with pytest.raises(CommandError) as failure:
        command()
    return failure.value.returncode, str(failure.value)


def test_nothing_is_done_where_no_place_is_set(settings: Any) -> None:
    assert refusal(lambda: run("backup"))[0] == 2
    tasks.run_nightly()
    tasks.write_keep_lists()

    assert schedule.warning() == ""
    assert not CommunityBackup.objects.exists()


def test_a_store_that_holds_something_is_not_overwritten(backups: Backups, osler: Viewer) -> None:
    case = make_case(osler)
    run("backup")

    code, sentence = refusal(lambda: backups.restore("--store", "community"))

    assert (code, "not empty" in sentence) == (2, True)
    assert Case.objects.filter(pk=case.pk).exists()


def test_a_second_backup_at_once_is_refused_and_no_table_is_rewritten(
    backups: Backups, osler: Viewer
) -> None:
    entered, over, found = threading.Event(), threading.Event(), list[bool]()

    def other_process() -> None:
        with exclusive(configuration.LOCK) as held:
            found.append(held)
            entered.set()
            over.wait(60)
        connections.close_all()

    thread = threading.Thread(target=other_process)
    thread.start()
    entered.wait(60)
    try:
        code, sentence = refusal(lambda: run("backup", "--store", "community"))
        n_rewritten = physical_order.rewrite_tables()
    finally:
        over.set()
        thread.join()

    assert (code, "is running" in sentence, found) == (3, True, [True])
    identity = [alias for alias, _ in physical_order.tables() if alias == "identity"]
    assert n_rewritten == len(identity)


@pytest.mark.parametrize("at", [0.02, 0.5, 0.98])
def test_a_damaged_archive_leaves_what_is_there(backups: Backups, osler: Viewer, at: float) -> None:
    case = make_case(osler)
    run("backup")
    archive = backups.archives("community")[-1]
    content = bytearray(archive.read_bytes())
    content[int(len(content) * at)] ^= 1
    archive.write_bytes(content)

    restored = refusal(lambda: backups.restore("--store", "community", "--replace"))
    verified = refusal(lambda: run("backup", "--store", "community", "--verify", *backups.keys))

    assert (restored[0], verified[0]) == (4, 4)
    assert Case.objects.filter(pk=case.pk).exists()


def test_an_archive_of_the_other_store_is_refused(backups: Backups, osler: Viewer) -> None:
    make_case(osler)
    run("backup")
    identity = backups.archives("identity")[-1]
    wrong = backups.places["community"] / identity.name.replace("identity", "community")
    wrong.write_bytes(identity.read_bytes())
    words = ("--store", "community", "--archive", wrong.name, "--replace", "--without-keep-list")

    assert refusal(lambda: backups.restore(*words))[0] == 4
    assert Case.objects.exists()


def test_an_archive_of_somebody_without_the_sites_keys_is_refused(
    backups: Backups, osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can encrypt to the public key. So is one whose keys are no longer held."""
    case = make_case(osler)
    run("backup", "--store", "community")
    other = keys.format_key(1, bytes(range(32)), is_demo=True)
    monkeypatch.setenv("SERMO_KEY_BLIND_INDEX", other)

    code, sentence = refusal(lambda: backups.restore("--store", "community", "--replace"))

    assert code == 2
    assert "SERMO_KEY_BLIND_INDEX" in sentence
    assert other not in sentence
    assert Case.objects.filter(pk=case.pk).exists()


def test_without_a_keep_list_that_is_newer_it_says_so(backups: Backups, osler: Viewer) -> None:
    case = make_case(osler)
    run("backup", "--store", "community")
    for archive in backups.archives("community", KEEP_LIST):
        archive.unlink()
    make_case(osler)

    code, sentence = refusal(lambda: backups.restore("--store", "community", "--replace"))
    printed = backups.restore("--store", "community", "--replace", "--without-keep-list")

    assert (code, "No keep list" in sentence) == (2, True)
    assert "NO KEEP LIST" in printed
    assert list(Case.objects.values_list("pk", flat=True)) == [case.pk]


def test_a_list_of_another_generation_erases_nothing(backups: Backups, osler: Viewer) -> None:
    """After a restore from an old backup, newer backups can still be restored."""
    first = make_case(osler)
    run("backup", "--store", "community")
    old = backups.archives("community")[-1].name
    second = make_case(osler)
    run("backup", "--store", "community")
    newer = backups.archives("community")[-1].name
    backups.restore("--store", "community", "--replace", "--archive", old)
    after_old = set(Case.objects.values_list("pk", flat=True))
    run("backup", "--store", "community", "--keep-list")

    backups.restore("--store", "community", "--replace", "--archive", newer)

    assert after_old == {first.pk}
    assert set(Case.objects.values_list("pk", flat=True)) == {first.pk, second.pk}


def test_an_interrupted_restore_starts_again(
    backups: Backups, osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make_draft(osler)
    make_ready_image(osler, draft)
    run("backup", "--store", "community")
    empty_storages()
    images = storage_for("images")

    def full(*_: object, **__: object) -> str:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(type(images), "save", full)
        code, sentence = refusal(lambda: backups.restore("--store", "community", "--replace"))
    was_interrupted = target.is_interrupted(store_named("community"))

    printed = backups.restore("--store", "community")

    assert (code, "storage of the site's files" in sentence) == (1, True)
    assert was_interrupted
    assert not target.is_interrupted(store_named("community"))
    assert "4 files, 0 left out, 0 lost" in printed


def test_files_of_no_row_are_deleted_and_a_lost_picture_says_so(
    backups: Backups, osler: Viewer
) -> None:
    image = make_ready_image(osler, make_draft(osler))
    run("backup", "--store", "community")
    empty_storages()
    stray = storage_for("images").save("aa/stray.webp", _file(b"nobody's"))
    for archive in backups.archives("community"):
        archive.unlink()
    run("backup", "--store", "community")

    printed = backups.restore("--store", "community", "--replace")

    assert not storage_for("images").exists(stray)
    assert "0 files, 0 left out, 4 lost, 1 files of no row deleted" in printed
    assert f"of {image.pk}" in printed
    label = next(iter(image.renditions))
    shown = client_for(osler).get(f"/cases/media/{image.public_id}/{label}.webp")
    assert (shown.status_code, shown["Content-Type"]) == (404, "image/svg+xml")
    assert b"This picture was lost" in shown.content


def _file(content: bytes) -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(content)


def test_an_archive_of_an_older_schema_is_upgraded_and_of_a_newer_one_refused(
    backups: Backups, osler: Viewer
) -> None:
    case = make_case(osler)
    run("backup", "--store", "community")
    migrations = schema.applied_migrations("default")
    known = [item for item in migrations if item != ("backups", "0001_backup_state")]
    target.prepare(store_named("community"), known)  # drops everything

    tables_before = connections["default"].introspection.table_names()
    backups.restore("--store", "community")

    assert "backups_communitybackup" not in tables_before
    assert Case.objects.filter(pk=case.pk).exists()
    assert schema.applied_migrations("default") == migrations
    with pytest.raises(Exception, match="another version"):
        schema.refuse_unknown("default", [*migrations, ("cases", "9999_of_the_future")])


def test_a_site_that_runs_is_not_restored(backups: Backups, osler: Viewer) -> None:
    make_case(osler)
    run("backup", "--store", "community")
    ready, over = threading.Event(), threading.Event()

    def site() -> None:
        Case.objects.count()
        ready.set()
        over.wait(60)
        connections.close_all()

    thread = threading.Thread(target=site)
    thread.start()
    ready.wait(60)
    try:
        code, sentence = refusal(lambda: backups.restore("--store", "community", "--replace"))
    finally:
        over.set()
        thread.join()

    assert (code, "Stop the site" in sentence) == (2, True)


def test_old_archives_are_deleted_and_the_newest_stays(
    backups: Backups, settings: Any, time_machine: Any
) -> None:
    back_up()
    back_up()
    later = timezone.now() + dt.timedelta(days=settings.BACKUP_DAYS, hours=1)
    time_machine.move_to(later)

    retention.prune_all()

    for store in STORES:
        assert len(backups.archives(store.name)) == 1
        assert len(backups.archives(store.name, KEEP_LIST)) == 1


def test_two_keep_lists_stay_and_two_of_one_state_have_one_size(
    backups: Backups, osler: Viewer
) -> None:
    make_case(osler)
    for _ in range(4):
        keep_lists.write_keep_lists()

    lists = backups.archives("community", KEEP_LIST)
    assert len(lists) == 2
    assert len({path.stat().st_size for path in lists}) == 1
    assert lists[0].read_bytes()[-2000:] != lists[1].read_bytes()[-2000:]


def test_nobodys_erasure_changes_a_list_by_its_size(backups: Backups) -> None:
    users = [make_user(f"casey-{number}") for number in range(40)]
    keep_lists.write_keep_lists()
    users[7].delete()
    keep_lists.write_keep_lists()

    sizes = {path.stat().st_size for path in backups.archives("identity", KEEP_LIST)}
    assert len(sizes) == 1


def test_each_night_has_one_backup_and_a_missed_night_is_reported(
    backups: Backups, time_machine: Any
) -> None:
    night = nightly_pass.current_night(timezone.now())
    NightlyPass.objects.create(night=night, finished_at=timezone.now())
    missed = schedule.warning()

    ran = [schedule.run_due() for _ in range(2)]

    assert ran == [True, False]
    assert "No backup" in missed
    assert schedule.warning() == ""
    assert health.warnings() == []
    time_machine.move_to(timezone.now() + dt.timedelta(hours=schedule.MAX_HOURS + 1))
    assert "No backup" in schedule.warning()
    assert schedule.hours_since_last_backup() > schedule.MAX_HOURS


def test_a_failed_night_is_logged_without_names(
    backups: Backups, caplog: pytest.LogCaptureFixture
) -> None:
    backups.places["identity"].parent.mkdir(parents=True, exist_ok=True)
    backups.places["identity"].write_text("a file where a directory should be")

    with caplog.at_level(logging.ERROR):
        assert not schedule.run_due(timezone.now() + dt.timedelta(hours=40))

    assert "cannot be used" in caplog.text
    assert str(backups.places["identity"]) not in caplog.text


def test_no_output_has_a_name_a_text_or_an_address(backups: Backups, osler: Viewer) -> None:
    case = make_case(osler, title="Clinical words", history="Mrs. Placeholder")
    user = make_user("blake-placeholder")
    printed = run("backup") + run("backup", "--list")
    printed += run("backup", "--verify", *backups.keys) + backups.restore("--replace")

    for word in ("Clinical", "Placeholder", "blake", "osler", str(case.pk), str(user.pk)):
        assert word not in printed
    raw = b"".join(path.read_bytes() for path in backups.archives("community"))
    assert b"Clinical" not in raw


def test_staff_see_the_last_good_backup(backups: Backups) -> None:
    back_up()

    for state in (CommunityBackup.objects.get(), IdentityBackup.objects.get()):
        assert state.finished_at is not None
        assert state.finished_at.minute == 0
        assert state.n_bytes > 0


def test_every_row_of_the_archive_is_that_of_the_database(backups: Backups, osler: Viewer) -> None:
    make_case(osler)
    run("backup", "--store", "community")

    printed = run("backup", "--store", "community", "--verify", *backups.keys)

    assert "cases_case: 1 rows" in printed
    assert "whole;" in printed
