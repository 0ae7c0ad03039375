"""Rules for all tests, checked on their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Calls that can fail a test; helpers of this project that can are named assert_….
ASSERTIONS = {
    "raises",
    "warns",
    "expect",
    "django_assert_num_queries",
    "django_assert_max_num_queries",
}
# Calls that wait for a time to pass.
SLEEPS = {"sleep", "wait_for_timeout"}
# The helper for waiting, and a fake vendor that answers slowly.
MAY_SLEEP = {"waiting.py", "verification/faulty_vendors.py"}
MIN_TIMEOUT_SECONDS = 60


@cache
def files() -> dict[str, ast.Module]:
    """The syntax tree of each test file, by its path below tests/."""
    return {
        path.relative_to(TESTS).as_posix(): ast.parse(path.read_text())
        for path in sorted(TESTS.rglob("*.py"))
    }


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Each call with the last part of the name that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def asserts(function: ast.AST) -> bool:
    """Whether the function itself contains an assertion."""
    return any(isinstance(node, ast.Assert) for node in ast.walk(function)) or any(
        name in ASSERTIONS or name.startswith("assert_") for name, _ in calls(function)
    )


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_test_has_an_assertion_of_its_own() -> None:
    without = [
        f"{name}: {function.name}"
        for name, tree in files().items()
        if Path(name).name.startswith("test_")
        for function in functions_of(tree)
        if function.name.startswith("test_") and not asserts(function)
    ]

    assert without == []


def test_a_helper_named_for_an_assertion_asserts() -> None:
    without = [
        f"{name}: {function.name}"
        for name, tree in files().items()
        for function in functions_of(tree)
        if function.name.startswith("assert_") and not asserts(function)
    ]

    assert without == []


def test_no_test_waits_for_a_time() -> None:
    """Tests wait by tests.waiting.wait_until, which ends as soon as a condition holds."""
    sleeping = [
        f"{name}:{call.lineno}"
        for name, tree in files().items()
        if name not in MAY_SLEEP
        for called, call in calls(tree)
        if called in SLEEPS
    ]

    assert sleeping == []


def test_no_timeout_is_shorter_than_a_minute() -> None:
    """On a busy machine, a shorter limit would fail a correct test."""
    near = [
        f"{name}:{call.lineno}"
        for name, tree in files().items()
        if name not in MAY_SLEEP
        for called, call in calls(tree)
        for seconds in limits(called, call)
        if seconds < MIN_TIMEOUT_SECONDS
    ]

    assert near == []


def limits(called: str, call: ast.Call) -> Iterator[float]:
    """The timeouts of a call that are written as numbers, in seconds."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "timeout"]
    if called in {"wait", "join", "result"}:
        given += call.args[:1]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
            # Playwright counts milliseconds.
            yield value.value / 1000 if value.value >= 1000 else value.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def test_a():\n    assert one", True),
        ("def test_a():\n    with pytest.raises(ValueError):\n        act()", True),
        ("def test_a(page):\n    expect(page).to_have_url('/')", True),
        ("def test_a():\n    assert_no_traces(act())", True),
        ("def test_a():\n    act()", False),
    ],
)
def test_assertions_are_recognised(source: str, expected: bool) -> None:
    assert asserts(ast.parse(source)) is expected
