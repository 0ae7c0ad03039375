"""What an operator needs for each vendor: contract, keys, network access, number of requests."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

IDOLOGY, AMA, NPPES = "idology", "ama", "nppes"


@dataclass(frozen=True)
class VendorDescription:
    """A service on the network, with address and keys from the environment."""

    code: str
    name: str
    provides: str
    contract: str
    variables: tuple[str, ...]
    network_access: str
    request_volume: str
    fallback: str

    @property
    def is_configured(self) -> bool:
        """Whether its address is set; settings then require its keys at the start."""
        return bool(settings.VENDORS.get(self.variables[0]))


VENDORS = (
    VendorDescription(
        IDOLOGY,
        "IDology ExpectID and ExpectID IQ",
        "whether name, address, birth date and social security number belong together; watch "
        "lists; identity questions",
        "A contract with IDology (GBG) with a permissible purpose under GLBA; ExpectID IQ switched "
        "on for the questions. The account's switches decide which notes fail its summary, "
        "which is why each note is judged here.",
        ("IDOLOGY_URL", "IDOLOGY_USERNAME", "IDOLOGY_PASSWORD"),
        "Give IDology the outgoing address of the worker: it refuses others.",
        "One search for each American whose licence held, one more for each correction (two at "
        "most), and up to four for the questions. An answer that got lost is asked again three "
        "times at most; the vendor counts each.",
        "No identity check: a code to a contact of record, or a reviewer, must tie the person to "
        "the licence.",
    ),
    VendorDescription(
        AMA,
        "AMA Physician Masterfile (Profiles Hub)",
        "licences, training, sanctions and death of nearly every American physician, and a word "
        "when they change",
        "A contract with AMA Health Solutions for Profiles Hub with search and monitoring. Which "
        "search a customer gets is part of it; this code speaks the one of AMA's credentialing "
        "product.",
        (
            "AMA_URL",
            "AMA_CLIENT_ID",
            "AMA_CLIENT_SECRET",
            "AMA_LOCATION",
            "AMA_SOURCE_SYSTEM",
        ),
        "None is documented; the worker opens https to wsext.ama-assn.org.",
        "A token each ten minutes, one search and one profile for each American, and one entity "
        "under monitoring for each member; notifications are read once an hour.",
        "The NPPES record stands in, which people write themselves, so more go to a reviewer.",
    ),
    VendorDescription(
        NPPES,
        "NPPES, the live NPI register",
        "what a provider tells of themselves, up to date",
        "None: it is public and needs no key.",
        ("NPPES_URL",),
        "None; the worker opens https to npiregistry.cms.hhs.gov.",
        "One for each American, free.",
        "The imported file serves; it alone knows deactivated numbers in any case.",
    ),
)
