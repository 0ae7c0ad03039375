"""Each identifier in each spelling is one: stored, looked up, indexed and counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from accounts.credential_wrapping.tokens import normalise_recovery_code
from accounts.forms import clean_handle
from accounts.models.fields import encrypt_email
from sermo.core.identifiers import (
    compose,
    fold,
    normalise_domain,
    normalise_email,
    validate_email,
)
from sermo.custody.custodians import NamedPerson
from sermo.members.pseudonyms import handles
from sermo.search.forms import parse_search
from verification.personal_data.applicant_details import ApplicantDetails
from verification.personal_data.ssn import normalise_ssn
from verification.pipeline.checks.institutional_email import is_institutional
from verification.pipeline.checks.state_licences import normalise_licence_number
from verification.schemes import BY_CODE, blind_index, number_problem
from verification.vendors.sms import us_number_digits

# How one and the same text can be typed, pasted, or sent by another system.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "small letters": str.lower,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "wide": lambda text: "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text
    ),
    "bold": lambda text: "".join(
        chr(ord(sign) - ord("a") + 0x1D41A) if "a" <= sign <= "z" else sign for sign in text
    ),
    "zero-width spaces": "\u200b".join,
    "direction marks": lambda text: f"\u202a{text}\u202c",
    "byte order mark": lambda text: f"\ufeff{text}",
    "soft hyphens": "\u00ad".join,
    "variation selectors": lambda text: f"{text}\ufe0f",
    "spaces around": lambda text: f" \u00a0{text}\u3000 ",
    "wide capitals": lambda text: SPELLINGS["wide"](text.upper()),
}
SPELLING = pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)

# Each identifier: a text, and what this site makes of it.
IDENTIFIERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "address, as stored": ("casey.o'k+x@mail.example", encrypt_email),
    "address in another script": ("jörg.müller@klinik-süd.example", encrypt_email),
    "domain": ("klinik-süd.example", normalise_domain),
    "domain of an institution": (
        "univhospital.example",
        lambda text: ApplicantDetails(email=f"x@{text}").email_domain,
    ),
    "mailbox of a custodian": (
        "ada.sample@mail.example",
        lambda text: NamedPerson("Ada", text).is_same(NamedPerson("Bo", "adasample@mail.example")),
    ),
    "key of a handle": ("teal-hérön-482", lambda text: handles.confusable_skeleton(compose(text))),
    "recovery code": (
        "0123-4567-89ab-cdef-ghjk-mnpq-rstv-wxyz",
        normalise_recovery_code,
    ),
    "licence number": (
        "2999000013",
        lambda text: blind_index.number_index("NPI", "US", text),
    ),
    "licence number with letters": (
        "med0001234567",
        lambda text: (
            blind_index.number_index("AHPRA", "AU", text),
            number_problem(BY_CODE["AHPRA"], text),
        ),
    ),
    "state licence": ("a-0012345", normalise_licence_number),
    "social security number": ("219-09-9999", normalise_ssn),
    "telephone": ("+1 (212) 555-0142", us_number_digits),
    "code": ("12345678", lambda text: "".join(fold(text).split())),
}


@SPELLING
@pytest.mark.parametrize(("text", "make"), IDENTIFIERS.values(), ids=IDENTIFIERS)
def test_every_spelling_is_one_identifier(
    text: str, make: Callable[[str], Any], spell: Callable[[str], str]
) -> None:
    made = make(spell(text))

    assert made == make(text)
    assert made or made == ""


@pytest.mark.parametrize(
    "spelling",
    [
        "casey@klinik-süd.example",
        "casey@KLINIK-SÜD.EXAMPLE",
        "casey@klinik-su\u0308d.example",
        "casey@xn--klinik-sd-x9a.example",
        "casey@XN--KLINIK-SD-X9A.example.",
        "casey@klinik-süd.example.",
        "casey@klinik-süd\u3002example",
        "casey\uff20klinik-süd.example",
    ],
)
def test_every_spelling_of_a_domain_is_one_account(spelling: str) -> None:
    assert normalise_email(spelling) == "casey@xn--klinik-sd-x9a.example"
    validate_email(spelling)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("groß@mail.example", "gross@mail.example"),
        ("x@faß.example", "x@fass.example"),
        ("a.b@mail.example", "ab@mail.example"),
        ("casey@mail.example", "c\u0430sey@mail.example"),  # a Cyrillic letter
    ],
)
def test_two_mailboxes_stay_two(one: str, other: str) -> None:
    assert normalise_email(one) != normalise_email(other)


@pytest.mark.parametrize(
    "address",
    [
        "jörg@mail.example",
        "用户@例子.example",
        "Δοκιμή@mail.example",
        "दाता@mail.example",
        "a@b.example",
    ],
)
def test_an_address_in_any_script_is_accepted(address: str) -> None:
    validate_email(address)
    assert normalise_email(address).rpartition("@")[2].isascii()


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "@", "a@", "@mail.example", "a b@mail.example", "ü ü@mail.example",
        "ü..ü@mail.example", ".ü@mail.example", "ü@-x.example", "ü@mail", "ü\x00@mail.example",
        "ü\n@mail.example", "ü<x@mail.example", "☃@☃.example", "ü@ü_ü.example",
        "ü" * 125 + "@mail.example", "ü" * 130, f"a@{'ü' * 80}.example", "a@b@c.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        validate_email(address)


@given(st.text(max_size=30))
def test_a_second_time_changes_nothing_and_no_text_is_an_error(text: str) -> None:
    for make in (compose, fold, normalise_domain, normalise_email):
        assert make(make(text)) == make(text)


@given(st.emails())
def test_an_address_of_ascii_is_only_lowered(address: str) -> None:
    local, _, domain = address.rpartition("@")

    assert normalise_email(address) == f"{local.lower()}@{domain.lower()}"


@pytest.mark.parametrize("spell", [SPELLINGS[n] for n in SPELLINGS if "capitals" not in n])
@pytest.mark.django_db(databases=["default", "identity"])
def test_a_handle_has_one_form(spell: Callable[[str], str]) -> None:
    assert clean_handle(spell("teal-hérön-482")) == "teal-hérön-482"


# Whole handles that look like "heron", "ape", "coco", "HMZ", "lol" or "dog" in English letters.
LOOK_ALIKES = [
    "h\u0435ron",  # one Cyrillic letter
    "\u0430\u0440\u0435",  # Cyrillic alone
    "\u0421\u041e\u0421\u041e",
    "\u0397\u039c\u0396",  # Greek capitals
    "\u04cf\u043e\u04cf",
    "\u0501\u043e\u0581",
    "\u0570\u0578\u057d\u0585",  # Armenian
    "\u13b3\u13aa\u13a2",  # Cherokee
    "\ua4e1\ua4d0\ua4f2",  # Lisu
    "\u0261r\u0251y",  # letters of phonetics
    "\u1d00\u1d18\u1d07",  # small capitals
    "her\u01c0n",  # a click
    "ape\u0665",  # an Arabic digit
]


@pytest.mark.parametrize("handle", LOOK_ALIKES)
def test_a_handle_that_looks_like_another_is_refused_or_folded(handle: str) -> None:
    is_folded = handles.confusable_skeleton(handle).isascii()

    assert is_folded or not handles.is_well_formed(handle)


@pytest.mark.parametrize(
    "handle", ["Ågren", "цапля", "ärzte", "Þórður", "şahin", "νοσος", "白鷺鳥"]
)
def test_handles_of_scripts_in_use_are_accepted(handle: str) -> None:
    assert handles.is_well_formed(handle)


@SPELLING
def test_a_search_has_one_form_but_for_case(spell: Callable[[str], str]) -> None:
    query = QueryDict(mutable=True)
    query["q"] = spell("fibrosis")

    assert parse_search(query).q.lower() == "fibrosis"


def test_a_listed_institution_is_known_in_every_spelling(settings: Any) -> None:
    settings.INSTITUTIONAL_DOMAINS = frozenset({"xn--klinik-sd-x9a.example"})

    assert is_institutional("Klinik-Süd.example.")
    assert not is_institutional("klinik-s\u00fcd.example.evil.example")
    assert not is_institutional("klinik-s\u0443d.example")
