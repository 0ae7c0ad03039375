"""The demo keys of one machine: which file holds which key."""

from __future__ import annotations

from pathlib import Path

import pytest

from sermo import local_stack
from sermo.local_stack import (
    demo_keys,
)
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths

PRIVATE = {
    f"SERMO_KEY_{name}_PRIVATE"
    for name in ("MAIL", "MODERATION", "INNER", "CUSTODIAN_1", "CUSTODIAN_2", "CUSTODIAN_3")
}


def test_private_keys_stay_out_of_the_common_environment(paths: LocalPaths) -> None:
    filled = local_stack.ensure_servers(paths.local)

    assert not PRIVATE & set(filled)
    assert set(demo_keys.private(paths, "mailer")) == {"SERMO_KEY_MAIL_PRIVATE"}
    assert set(demo_keys.private(paths, "sealed")) == {
        "SERMO_KEY_MODERATION_PRIVATE",
        "SERMO_KEY_INNER_PRIVATE",
    }
    assert demo_keys.private(paths, "web") == demo_keys.private(paths, "worker") == {}
    assert {file.stat().st_mode & 0o777 for file in paths.keys.iterdir()} == {0o600}


def test_keys_are_made_once_and_an_incomplete_set_is_made_again(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)
    paths.keys.mkdir()
    (paths.keys / "mailer.env").write_text("SERMO_KEY_MAIL_PRIVATE=of a start that broke off\n")

    keys = demo_keys.common(paths)

    assert demo_keys.common(paths) == keys
    assert demo_keys.private(paths, "mailer")["SERMO_KEY_MAIL_PRIVATE"].startswith("demo.1:")


def test_keys_of_an_earlier_version_are_completed_and_those_without_use_are_dropped(
    tmp_path: Path,
) -> None:
    paths = LocalPaths(tmp_path)
    paths.keys.mkdir()
    keys = demo_keys.common(paths)
    earlier = keys | {"SERMO_KEY_RETIRED": "demo.1:AAAA"}
    del earlier["SERMO_KEY_OUTER"]
    (paths.keys / "common.env").write_text("".join(f"{n}={v}\n" for n, v in earlier.items()))

    completed = demo_keys.common(paths)

    new_key = completed.pop("SERMO_KEY_OUTER")
    assert new_key.startswith("demo.1:")
    assert new_key != keys.pop("SERMO_KEY_OUTER")
    assert completed == keys
    assert demo_keys.common(paths) == completed | {"SERMO_KEY_OUTER": new_key}


def test_error_names_the_file_of_a_lost_private_key(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)
    paths.keys.mkdir()
    demo_keys.common(paths)
    (paths.keys / "sealed.env").unlink()

    with pytest.raises(LocalStackError, match=r"sealed\.env is missing .* put it back"):
        demo_keys.private(paths, "sealed")
