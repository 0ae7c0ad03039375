"""Log lines contain no values: neither the text of exceptions nor arguments of tasks."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from celery import shared_task

from sermo.core.log_format import PlainFormatter


@shared_task(name="tests.fails")  # type: ignore[untyped-decorator]
def fails(word: str) -> None:
    raise ValueError(f"refused casey@mail.example: {word}")


def _lines(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(PlainFormatter().format(record) for record in caplog.records)


def test_an_exception_is_logged_as_type_and_place_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise ValueError("casey@mail.example")
    except ValueError:
        logging.getLogger("somewhere").exception("it failed")

    lines = _lines(caplog)

    assert "it failed [ValueError at test_log_format.py:" in lines
    assert "casey" not in lines


def test_a_failed_task_is_logged_by_name_only(caplog: pytest.LogCaptureFixture) -> None:
    task: Any = fails
    task.apply(args=["a synthetic word"])

    lines = _lines(caplog)

    assert "task tests.fails raised unexpected [ValueError at test_log_format.py:" in lines
    assert "casey" not in lines
    assert "synthetic word" not in lines


def test_a_value_with_line_ends_starts_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("somewhere").warning("folder %s", "a\nerror elsewhere: made up\u2028b")

    assert _lines(caplog) == "warning somewhere: folder a error elsewhere: made up b"
