"""Lists that must be extended together: what one part of the product names, another part has.

docs/where-things-go.md says which files belong together; these tests fail while one is missing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from cases.deid import pillow_setup
from cases.deid.text import rule_files
from cases.imaging.worker import PROCESS_TASK
from sermo.celery import SWEEPS, app
from sermo.core import filetypes
from sermo.custody.key_rotation import REWRAP_TASKS
from sermo.notifications.models import EventKind
from sermo.notifications.services.email import SUBJECTS
from tools.vendor_sandbox.server import SandboxServer
from verification import schemes
from verification.registers.catalog import REGISTERS
from verification.registers.importer import REGISTER_KINDS, SAMPLE_FILES
from verification.registers.staging import IMPORT_PLANS
from verification.vendors.catalog import VENDORS, VendorDescription

ROOT: Path = settings.BASE_DIR
PRODUCT = ("accounts", "cases", "polls", "sermo", "verification")


def _source(*folders: str) -> str:
    return "\n".join(
        path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))
    )


def test_every_variable_that_settings_read_is_in_the_example() -> None:
    text = (ROOT / "sermo" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', text))
    example = (ROOT / ".env.example").read_text()

    assert len(read) > 20
    assert {name for name in read if not re.search(rf"(?m)^#? ?{name}=", example)} == set()


def test_every_task_that_is_scheduled_or_queued_by_name_exists() -> None:
    app.loader.import_default_modules()
    queued = re.findall(r'enqueue\(\s*"([\w.]+)"', _source(*PRODUCT))

    assert len(queued) > 5
    assert {*SWEEPS, *queued} - set(app.tasks) == set()


# The sweep that sends a task again, or does its work, when the message was lost: for example after
# the queues were flushed.
SENT_AGAIN_BY = {
    "cases.process_image": "cases.enqueue_due_images",
    "mail.send_community": "mail.sweep_community",
    "mail.send_identity": "mail.sweep_identity",
    "sealed.notify_author": "sealed.sweep_custody_requests",
    "sealed.prepare_disclosure": "sealed.sweep_custody_requests",
    "sealed.prepare_recovery": "sealed.sweep_custody_requests",
    "sealed.run_member_job": "sealed.sweep_member_jobs",
    "sealed.suspend": "sealed.sweep",
    "verification.process_application": "verification.sweep",
}
# `rotate_keys status` shows the operator that it was not done, and `rewrap` asks again.
ASKED_FOR_AGAIN = set(REWRAP_TASKS.values())


def test_no_work_is_in_a_message_only() -> None:
    source = _source(*PRODUCT)
    queued = set(re.findall(r'enqueue\(\s*"([\w.]+)"', source))
    by_constant = set(re.findall(r"enqueue\(\s*([A-Z][\w]*)", source))

    assert by_constant == {"PROCESS_TASK", "REWRAP_TASKS"}
    assert queued | {PROCESS_TASK} | ASKED_FOR_AGAIN == {*SENT_AGAIN_BY, *ASKED_FOR_AGAIN}
    assert set(SENT_AGAIN_BY.values()) <= set(SWEEPS)


def test_every_kind_of_notification_has_an_email_subject() -> None:
    assert set(SUBJECTS) == set(EventKind)


def test_every_rule_file_of_the_text_scan_is_read() -> None:
    files = {
        path.relative_to(rule_files.DIRECTORY).with_suffix("").as_posix()
        for path in rule_files.DIRECTORY.rglob("*.toml")
    }

    assert files == set(rule_files._FILES)


def test_every_picture_format_that_an_upload_may_have_is_one_that_the_worker_reads() -> None:
    recognised = {name for _, name in filetypes._SIGNATURES} | {"WebP", "HEIF"}
    readable = {name.upper() for name in pillow_setup.READABLE_FORMATS}

    # AVIF files have a HEIF signature.
    assert {name.upper() for name in recognised} == readable - {"AVIF"}


def test_every_register_has_a_sample_and_every_scheme_with_a_register_an_import() -> None:
    imported = {plan.scheme for plan in IMPORT_PLANS.values() if plan.scheme}
    with_register = {code for code, scheme in schemes.BY_CODE.items() if scheme.has_register}

    assert set(SAMPLE_FILES) == set(REGISTER_KINDS)
    assert imported == with_register
    assert imported <= {register.scheme for register in REGISTERS}


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.code)
def test_every_vendor_has_its_settings_and_a_sandbox(vendor: VendorDescription) -> None:
    example = (ROOT / ".env.example").read_text()

    assert set(vendor.variables) <= set(settings.VENDORS)
    assert [name for name in vendor.variables if f"\n{name}=" not in example] == []
    assert (ROOT / "tools" / "vendor_sandbox" / f"{vendor.code}.py").exists()
    with SandboxServer() as sandbox:
        assert vendor.variables[0] in sandbox.addresses()


def test_every_command_is_in_the_list_of_commands() -> None:
    listed = (ROOT / "docs" / "architecture.md").read_text()
    ours = {
        name
        for name, place in get_commands().items()
        if str(place).split(".")[0] in {*PRODUCT, "tools"}
    }

    assert len(ours) > 10
    assert {name for name in ours if f"`{name}`" not in listed} == set()
