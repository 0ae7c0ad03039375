from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sermo.members import services
from sermo.members.pseudonyms import handles
from sermo.members.records import all_records


@pytest.mark.parametrize(
    ("handle", "twin"),
    [
        ("heron", "HERON"),
        ("heron", "her0n"),
        ("heron", "he-ron"),
        ("heron", "h.e.r.o.n"),
        ("linden", "1inden"),
        ("linden", "Iinden"),
        ("modern", "modem"),
        ("wren", "vvren"),
        ("heron", "h\u0435r\u043en"),  # Cyrillic letters
        ("heron", "hérön"),
        ("quail", "guail"),
    ],
)
def test_confusable_handles_have_one_skeleton(handle: str, twin: str) -> None:
    assert handles.confusable_skeleton(handle) == handles.confusable_skeleton(twin)


def test_distinct_handles_have_different_skeletons() -> None:
    assert handles.confusable_skeleton("teal-heron-482") != handles.confusable_skeleton(
        "teal-heron-483"
    )


@pytest.mark.parametrize(
    "odd",
    [
        "ab",
        "x" * 31,
        "-heron",
        "heron-",
        "he--ron",
        "he ron",
        "heron!",
        "<b>x</b>",
        "h\u0435ron",
        "\uff48eron",
        "",
    ],
)
def test_malformed_handles_are_refused(odd: str) -> None:
    assert not handles.is_well_formed(odd)


@pytest.mark.parametrize(
    "fine", ["heron", "teal-heron-482", "Heron.Teal", "Ågren", "цапля", "heron_9"]
)
def test_handles_of_any_one_script_are_accepted(fine: str) -> None:
    assert handles.is_well_formed(fine)


@pytest.mark.parametrize("name", ["admin", "The-Moderator", "s3rmo", "Support9", "anonym0us"])
def test_reserved_names_are_refused(name: str) -> None:
    assert handles.is_reserved(name)


def test_three_different_available_handles_are_suggested() -> None:
    names = {name for _ in range(40) for name in handles.suggest_handles()}

    assert len(names) > 100
    assert all(handles.is_well_formed(name) and not handles.is_reserved(name) for name in names)


@given(st.text(max_size=40))
def test_no_text_makes_the_rules_raise(text: str) -> None:
    handles.is_well_formed(text)
    handles.is_reserved(text)

    assert handles.confusable_skeleton(text) == handles.confusable_skeleton(text.casefold())


@pytest.mark.django_db
def test_the_database_refuses_a_confusable_handle_too() -> None:
    values: dict[str, Any] = {
        "wants_mail": False,
        "identity_escrow": b"synthetic",
        "secret": bytes(32),
    }
    services.issue_membership(member_id=_id(1), handle="teal-heron", **values)

    with pytest.raises(services.HandleTaken):
        services.issue_membership(member_id=_id(2), handle="tea1-her0n", **values)
    with pytest.raises(services.InvalidHandle):
        services.issue_membership(member_id=_id(3), handle="a b", **values)
    assert not services.is_handle_available("tea1-her0n")
    assert [member_id for member_id, _ in all_records()] == [_id(1)]


def _id(number: int) -> UUID:
    return UUID(int=number)
