"""The register files an operator can import, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RegisterDescription:
    """A register file: its name, contract and website. It is imported, not asked per applicant."""

    scheme: str
    name: str
    contract: str
    website: str


REGISTERS = (
    RegisterDescription("NPI", "NPPES, monthly file", "none: public", "download.cms.gov/nppes"),
    RegisterDescription(
        "leie", "LEIE, excluded individuals", "none: public", "oig.hhs.gov/exclusions"
    ),
    RegisterDescription("nucc", "NUCC taxonomy codes", "free for use, not for sale", "nucc.org"),
    RegisterDescription(
        "GMC",
        "GMC list of registered medical practitioners",
        "a subscription and its licence",
        "gmc-uk.org",
    ),
    RegisterDescription(
        "RPPS", "Annuaire Santé, free extract", "licence ouverte", "annuaire.esante.gouv.fr"
    ),
)
