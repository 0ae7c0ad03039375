from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tools.benchmarks.synthetic_nppes import npi, write_nppes
from verification.models import Exclusion, RegisterImport, RegisterRow, Taxonomy
from verification.registers import SAMPLES, gmc, nppes, staging
from verification.registers.files import InvalidRegisterFile
from verification.registers.folder_import import import_new_files
from verification.registers.importer import import_file, import_samples
from verification.schemes import validators

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def test_importing_the_samples_twice_changes_nothing() -> None:
    first = import_samples()

    assert set(first) == {"nppes", "nppes-endpoint", "nucc", "gmc", "rpps", "leie"}
    assert import_samples() == {}
    assert RegisterRow.objects.get(scheme="NPI", number="2999000013").profession == "physician"
    assert Taxonomy.objects.filter(code="207R00000X").exists()
    assert Exclusion.objects.count() == 2


@pytest.mark.parametrize(
    ("scheme", "number", "licence_status", "profession"),
    [
        ("NPI", "2999000021", "active", "resident"),
        ("NPI", "2999000039", "active", "other"),
        ("NPI", "2999000062", "deactivated", "physician"),
        ("NPI", "2999000070", "active", "ambiguous"),
        ("NPI", "2999000088", "active", "organisation"),
        ("NPI", "2999000096", "active", "other"),
        ("NPI", "2999000104", "active", "physician"),
        ("GMC", "9999016", "active", "physician"),
        ("GMC", "9999017", "conditions", "physician"),
        ("GMC", "9999018", "removed", "physician"),
        ("GMC", "9999019", "not_active", "physician"),
        ("GMC", "9999020", "active", "resident"),
        ("RPPS", "99990000012", "active", "physician"),
        ("RPPS", "99990000020", "active", "other"),
        ("RPPS", "99990000038", "active", "student"),
    ],
)
def test_each_published_status_has_its_meaning(
    registers: None, scheme: str, number: str, licence_status: str, profession: str
) -> None:
    row = RegisterRow.objects.get(scheme=scheme, number=number)

    assert (row.licence_status, row.profession) == (licence_status, profession)


def test_several_rows_of_one_french_physician_become_one(registers: None) -> None:
    row = RegisterRow.objects.get(scheme="RPPS", number="99990000012")

    assert len(row.specialties) == 2


def test_a_mailbox_survives_the_next_monthly_import(registers: None) -> None:
    import_file("nppes", SAMPLES / "nppes.csv")

    row = RegisterRow.objects.get(scheme="NPI", number="2999000054")
    assert row.contact_email == "jose.nunez@direct.example"


def test_rows_missing_from_the_new_file_are_deleted(registers: None, tmp_path: Path) -> None:
    lines = (SAMPLES / "nppes.csv").read_text().splitlines(keepends=True)
    shorter = tmp_path / "nppes.csv"
    shorter.write_text("".join(lines[:1] + lines[2:]))

    import_file("nppes", shorter)

    assert not RegisterRow.objects.filter(scheme="NPI", number="2999000013").exists()
    assert RegisterRow.objects.filter(scheme="GMC").exists()


def test_a_file_twenty_percent_smaller_is_refused_and_changes_nothing(
    registers: None, tmp_path: Path
) -> None:
    lines = (SAMPLES / "nppes.csv").read_text().splitlines(keepends=True)
    half = tmp_path / "nppes.csv"
    half.write_text("".join(lines[:8]))

    with pytest.raises(InvalidRegisterFile, match="whole"):
        import_file("nppes", half)

    assert RegisterRow.objects.filter(scheme="NPI").count() == len(lines) - 1


def test_a_truncated_line_or_missing_column_is_refused(registers: None, tmp_path: Path) -> None:
    text = (SAMPLES / "gmc.csv").read_text()
    cut = tmp_path / "cut.csv"
    cut.write_text(text[: len(text) - 30])
    other = tmp_path / "other.csv"
    other.write_text(text.replace("Registration Status", "Something"))

    with pytest.raises(InvalidRegisterFile):
        import_file("gmc", cut)
    with pytest.raises(InvalidRegisterFile, match="Registration Status"):
        import_file("gmc", other)
    assert RegisterImport.objects.done().filter(kind="gmc").count() == 1


def test_columns_can_be_in_any_order(registers: None, tmp_path: Path) -> None:
    rows = [line.split(",") for line in (SAMPLES / "gmc.csv").read_text().splitlines()]
    turned = tmp_path / "gmc.csv"
    turned.write_text("\n".join(",".join(reversed(row)) for row in rows) + "\n")

    assert import_file("gmc", turned) == 5


def test_the_import_command_explains_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        call_command("import_register", "nppes", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="Name a kind"):
        call_command("import_register")


def test_a_physicians_code_needs_a_physicians_degree() -> None:
    assert nppes.nppes_profession("1", ["207R00000X"], "M.D., Ph.D.") == "physician"
    assert nppes.nppes_profession("1", ["207R00000X"], "") == "ambiguous"
    assert nppes.nppes_profession("1", ["207R00000X"], "PHARMD") == "ambiguous"
    assert nppes.nppes_profession("1", ["204E00000X"], "DDS, MD") == "other"


def test_only_registered_with_licence_is_a_licence() -> None:
    assert gmc.gmc_licence_status("Registered with Licence", flagged=False) == "active"
    assert gmc.gmc_licence_status("Registered with Licence - suspended", flagged=False) == "revoked"
    assert gmc.gmc_licence_status("Something new", flagged=False) == "not_active"


def test_telephone_and_state_licences_come_from_the_file(registers: None) -> None:
    row = RegisterRow.objects.get(scheme="NPI", number="2999000013")

    assert row.contact_phone == "2015550001"
    assert row.licences == [{"state": "NJ", "number": "25MA00000001"}]


def test_an_incomplete_file_is_refused_before_any_row_changes(
    registers: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = tmp_path / "leie.csv"
    half.write_text("".join((SAMPLES / "leie.csv").read_text().splitlines(keepends=True)[:2]))

    def never(plan: object) -> None:
        raise AssertionError("rows were replaced")

    monkeypatch.setattr("verification.registers.importer.replace_rows", never)
    with pytest.raises(InvalidRegisterFile, match="whole"):
        import_file("leie", half)

    last = RegisterImport.objects.filter(kind="leie").first()
    assert last is not None
    assert last.state == "refused"
    assert "whole" in last.error
    assert Exclusion.objects.count() == 2


def test_progress_is_reported_and_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "CHUNK", 100)
    path = tmp_path / "nppes.csv"
    write_nppes(path, 250)
    progress: list[tuple[int, int, str]] = []

    def watch(rows: int, percent: int) -> None:
        progress.append((rows, percent, RegisterImport.objects.get(kind="nppes").state))

    assert import_file("nppes", path, progress=watch) == 250

    assert [rows for rows, _, _ in progress] == [100, 200, 250]
    assert {state for _, _, state in progress} == {"running"}
    assert progress[-1][1] == 100
    done = RegisterImport.objects.get(kind="nppes")
    assert (done.state, done.rows, done.percent) == ("done", 250, 100)


def test_unchanged_rows_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "nppes.csv"
    write_nppes(path, 50)
    import_file("nppes", path)
    changed = RegisterRow.objects.exclude(contact_phone="").order_by("number")[0]
    RegisterRow.objects.filter(pk=changed.pk).update(contact_phone="")
    before = _places()

    import_file("nppes", path)

    after = _places()
    assert {number for number in before if before[number] != after[number]} == {changed.number}


def _places() -> dict[str, str]:
    """The physical place of each row; a rewritten row has another one."""
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT number, ctid::text FROM verification_registerrow")
        return dict(cursor.fetchall())


def test_a_zip_archive_is_read_without_unpacking(tmp_path: Path) -> None:
    write_nppes(tmp_path / "npidata_pfile.csv", 20)
    whole = tmp_path / "nppes.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "npidata_pfile.csv", "npidata_pfile.csv")
        archive.writestr("npidata_pfile_fileheader.csv", "NPI")

    assert import_file("nppes", whole) == 20

    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(InvalidRegisterFile, match="archive"):
        import_file("nppes", cut)
    assert RegisterRow.objects.count() == 20


def test_a_file_in_the_folder_is_imported_once(tmp_path: Path) -> None:
    path = tmp_path / "nppes.csv"
    write_nppes(path, 20)

    assert import_new_files(tmp_path) == {"nppes": 20}
    assert import_new_files(tmp_path) == {}

    later = time.time() + 60
    path.write_text(path.read_text()[:-40])
    os.utime(path, (later, later))
    assert import_new_files(tmp_path) == {}
    assert RegisterImport.objects.filter(state="refused").count() == 1


def test_synthetic_npis_are_valid() -> None:
    assert all(validators.npi(npi(serial)) for serial in range(500))
