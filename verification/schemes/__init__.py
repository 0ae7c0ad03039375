"""The kind of licence number that each country uses, and the text beside its field."""

from __future__ import annotations

from dataclasses import dataclass

from verification.schemes import validators


@dataclass(frozen=True)
class Scheme:
    """One kind of licence number."""

    code: str
    label: str
    hint: str
    valid: validators.Validator
    digits: int
    # Whether a published register can be imported (`manage.py import_register`).
    has_register: bool = False
    has_check_digit: bool = True


NPI = Scheme(
    "NPI",
    "NPI number",
    "10 digits, on your NPPES record and on prescriptions. It is public: we compare the record "
    "with your details.",
    validators.npi,
    10,
    has_register=True,
)
GMC = Scheme(
    "GMC",
    "GMC reference number",
    "7 digits. It is public: we compare the medical register with your details.",
    validators.gmc,
    7,
    has_register=True,
    has_check_digit=False,
)
RPPS = Scheme(
    "RPPS",
    "Numéro RPPS",
    "11 digits, on your CPS card. It is public: we compare the directory with your details.",
    validators.rpps,
    11,
    has_register=True,
)
EFN = Scheme(
    "EFN",
    "EFN or LANR",
    "15 digits (EFN, on your chamber card) or 9 digits (LANR). There is no open register, so a "
    "reviewer compares it with your Arztausweis.",
    validators.german,
    15,
)
MINC = Scheme(
    "MINC",
    "MINC",
    "CAMD and 8 digits, such as CAMD-0000-0000. A reviewer compares it with your document.",
    validators.minc,
    8,
    has_check_digit=False,
)
AHPRA = Scheme(
    "AHPRA",
    "AHPRA registration number",
    "MED and 10 digits. A reviewer compares it with your document.",
    validators.ahpra,
    10,
    has_check_digit=False,
)
IMC = Scheme(
    "IMC",
    "Medical Council registration number",
    "6 digits. A reviewer compares it with your document.",
    validators.imc,
    6,
    has_check_digit=False,
)
BIG = Scheme(
    "BIG",
    "BIG number",
    "11 digits that begin with 9. A reviewer compares it with your document.",
    validators.big,
    11,
    has_check_digit=False,
)
COLEGIADO = Scheme(
    "COLEGIADO",
    "Número de colegiado",
    "9 digits. A reviewer compares it with your document.",
    validators.colegiado,
    9,
    has_check_digit=False,
)
OTHER = Scheme(
    "OTHER",
    "Medical licence or registration number",
    "As your licence writes it. A reviewer compares it with your document.",
    validators.other,
    0,
    has_check_digit=False,
)

_BY_COUNTRY = {
    "US": NPI,
    "GB": GMC,
    "FR": RPPS,
    "DE": EFN,
    "CA": MINC,
    "AU": AHPRA,
    "IE": IMC,
    "NL": BIG,
    "ES": COLEGIADO,
}
BY_CODE = {
    scheme.code: scheme for scheme in (NPI, GMC, RPPS, EFN, MINC, AHPRA, IMC, BIG, COLEGIADO, OTHER)
}


def scheme_for_country(country: str) -> Scheme:
    """The scheme of a country (ISO 3166-1 alpha-2)."""
    return _BY_COUNTRY.get(country, OTHER)


def number_namespace(scheme: str, country: str) -> str:
    """The namespace in which a number is unique; `OTHER` numbers are unique within a country."""
    return f"{scheme}-{country}" if scheme == OTHER.code else scheme


def number_problem(scheme: Scheme, raw: str) -> str:
    """A sentence about a wrong number; empty if it can be right."""
    number = validators.normalise(raw)
    if not number:
        return f"Enter your {scheme.label}."
    if scheme.valid(number):
        return ""
    digits = sum(character.isdigit() for character in number)
    if scheme.digits and digits != scheme.digits and scheme is not EFN:
        return f"{scheme.label}: {scheme.digits} digits are expected, this has {digits}."
    if scheme is EFN and digits not in {9, 15}:
        return f"An EFN has 15 digits and a LANR 9; this has {digits}."
    if scheme.has_check_digit:
        return (
            "The check digit does not fit: one digit may be wrong, or two may have changed places."
        )
    return f"This does not look like a {scheme.label}. {scheme.hint}"
