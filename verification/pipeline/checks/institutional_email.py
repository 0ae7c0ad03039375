"""Which mailboxes tie somebody to an institution: listed to the letter, and never anybody's."""

from __future__ import annotations

from django.conf import settings

# Anybody gets one of these: a list that names them by mistake must not let people in.
FREE = frozenset(
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
# Who once studied somewhere keeps such a mailbox for life.
_FOR_LIFE = {"alumni", "alum", "alumnus", "alumna", "post", "ehemalige"}


def is_institutional(domain: str) -> bool:
    """A look-alike, a subdomain, a free provider's or an alumni domain is none."""
    plain = domain.lower()
    if not plain.isascii() or plain in FREE or _FOR_LIFE.intersection(plain.split(".")):
        return False
    return plain in settings.INSTITUTIONAL_DOMAINS
