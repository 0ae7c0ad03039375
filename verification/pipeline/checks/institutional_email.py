"""Whether a mailbox proves that a person works at a listed institution."""

from __future__ import annotations

from django.conf import settings

from sermo.core.identifiers import normalise_domain

# Anybody can get one of these, so they never count, even if an operator lists them.
FREE_MAIL_DOMAINS = frozenset(
    f"{name}.{end}"
    for end, names in {
        "com": "aol fastmail gmail gmx googlemail hotmail icloud live mail me msn outlook "
        "protonmail qq rocketmail yahoo ymail zoho",
        "de": "gmx t-online web",
        "fr": "free hotmail laposte orange yahoo",
        "net": "gmx",
        "co.uk": "hotmail yahoo",
        "me": "proton",
        "ru": "mail yandex",
    }.items()
    for name in names.split()
)
# Former students keep these for life.
_ALUMNI_LABELS = {"alumni", "alum", "alumnus", "alumna", "post", "ehemalige"}


def is_institutional(domain: str) -> bool:
    """Whether the domain is listed exactly. Free-mail, alumni and look-alike domains never
    count.
    """
    plain = normalise_domain(domain)
    if (
        not plain.isascii()
        or plain in FREE_MAIL_DOMAINS
        or _ALUMNI_LABELS.intersection(plain.split("."))
    ):
        return False
    return plain in settings.INSTITUTIONAL_DOMAINS
