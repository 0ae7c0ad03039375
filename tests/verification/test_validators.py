from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification import schemes
from verification.schemes import validators


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (validators.npi, "1234567893"),
        (validators.npi, "2999000013"),
        (validators.me, "99900000011"),
        (validators.rpps, "99990000012"),
        (validators.efn, "802769990000010"),
        (validators.lanr, "838382202"),
        (validators.gmc, "9999016"),
        (validators.ahpra, "MED0000000001"),
        (validators.minc, "CAMD00000000"),
    ],
)
def test_published_vectors_are_valid(check: validators.Validator, number: str) -> None:
    assert check(number)


LUHN: tuple[tuple[validators.Validator, str, int, str], ...] = (
    (validators.npi, "2", 8, "80840"),
    (validators.rpps, "", 10, ""),
    (validators.efn, "80276", 9, ""),
)


@pytest.mark.parametrize(("check", "head", "free", "prefix"), LUHN)
@given(data=st.data())
def test_luhn_detects_every_single_digit_typo(
    check: validators.Validator, head: str, free: int, prefix: str, data: st.DataObject
) -> None:
    body = head + data.draw(digits(free))
    number = body + str(validators.luhn_digit(prefix + body))
    assert check(number)

    place = data.draw(st.integers(0, len(number) - 1))
    slip = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert not check(number[:place] + slip + number[place + 1 :])


@given(digits(6), digits(2))
def test_lanr_has_one_check_digit_for_each_serial(serial: str, specialty: str) -> None:
    valid = [d for d in "0123456789" if validators.lanr(serial + d + specialty)]

    assert len(valid) == 1


@given(digits(10))
def test_me_has_one_check_digit_for_each_serial(serial: str) -> None:
    assert sum(validators.me(serial + d) for d in "0123456789") == 1


def slips(number: str, places: range) -> Iterator[tuple[int, str]]:
    """Every number that differs in one digit at one of these positions, with the position."""
    for place in places:
        for digit in "0123456789":
            if digit != number[place]:
                yield place, number[:place] + digit + number[place + 1 :]


@given(digits(6), digits(2))
def test_lanr_detects_every_typo_its_weights_can_detect(serial: str, specialty: str) -> None:
    """Weight 4 times 5 is 20, so only a difference of 5 at those positions goes undetected."""
    check = next(d for d in "0123456789" if validators.lanr(serial + d + specialty))
    number = serial + check + specialty

    for place, slip in slips(number, range(7)):
        by_five = place in {0, 2, 4} and abs(int(number[place]) - int(slip[place])) == 5
        assert validators.lanr(slip) == by_five


def _me_rest(number: str) -> int:
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    return sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11


@given(digits(10))
def test_me_detects_every_typo_except_between_two_remainders(serial: str) -> None:
    check = next(d for d in "0123456789" if validators.me(serial + d))
    number = serial + check

    for place, slip in slips(number, range(11)):
        shared = place < 10 and {_me_rest(number), _me_rest(slip)} == {0, 10}
        assert validators.me(slip) == shared


def test_me_misses_under_two_percent_of_typos() -> None:
    """About 1.6 % (docs/design/verification.md, registers)."""
    chance = random.Random(11)
    missed = tried = 0
    for _ in range(2_000):
        serial = f"{chance.randrange(10**10):010}"
        check = next(d for d in "0123456789" if validators.me(serial + d))
        for _, slip in slips(serial + check, range(11)):
            tried += 1
            missed += validators.me(slip)

    assert 0.012 < missed / tried < 0.020


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (validators.gmc, "9999016"),
        (validators.ahpra, "MED0000000001"),
        (validators.minc, "CAMD00000000"),
    ],
)
@given(data=st.data())
def test_without_a_published_check_digit_only_the_format_is_checked(
    check: validators.Validator, number: str, data: st.DataObject
) -> None:
    """Any digits pass; one digit more or less, or a letter, never does."""
    head = number.rstrip("0123456789")
    body = data.draw(digits(len(number) - len(head)))
    assert check(head + body)

    place = data.draw(st.integers(0, len(body) - 1))
    letter = data.draw(st.sampled_from("AZ-٣ "))
    assert not check(head + body[:place] + letter + body[place + 1 :])
    assert not check(head + body[:-1])
    assert not check(head + body + "0")
    for at in range(len(head)):
        assert not check(head[:at] + "X" + head[at + 1 :] + body)


ALL = [s.valid for s in schemes.BY_CODE.values()] + [validators.me, validators.lanr]


@pytest.mark.parametrize("check", ALL)
@given(text=st.text(max_size=20))
def test_no_text_breaks_a_validator(check: validators.Validator, text: str) -> None:
    assert check(text) in {True, False}


@pytest.mark.parametrize("check", ALL)
def test_unicode_digits_are_refused(check: validators.Validator) -> None:
    for length in range(1, 20):
        assert not check("\u0661" * length)


@given(st.text("0123456789-. /\u2011", max_size=30))
def test_normalising_twice_is_normalising_once(raw: str) -> None:
    once = validators.normalise(raw)

    assert validators.normalise(once) == once


@pytest.mark.parametrize(
    ("country", "raw", "says"),
    [
        ("US", "2999 000 013", ""),
        ("US", "299900001", "10 digits are expected, this has 9"),
        ("US", "2999000014", "check digit does not fit"),
        ("GB", "999901", "7 digits are expected, this has 6"),
        ("DE", "838382202", ""),
        ("CA", "CAMD-0000-0000", ""),
        ("AU", "MED0000000001", ""),
        ("AU", "NMW0000000001", "does not look like"),
        ("US", "", "Enter your NPI number"),
    ],
)
def test_the_message_about_a_number_says_what_is_wrong(country: str, raw: str, says: str) -> None:
    problem = schemes.number_problem(schemes.scheme_for_country(country), raw)

    assert says in problem if says else problem == ""
