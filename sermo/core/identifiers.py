"""One spelling for each identifier, wherever it is stored, looked up, indexed or counted.

`fold` is for identifiers that nobody reads back: codes, numbers, keys. Addresses of email keep what
a mail server may tell apart (docs/decisions/0034).
"""

from __future__ import annotations

import re
import unicodedata

import idna
from django.core import validators
from django.core.exceptions import ValidationError

# RFC 5321, in bytes of UTF-8 (RFC 6531).
MAX_EMAIL_BYTES = 254
# Besides format characters: fillers, joiners and variation selectors, which no reader sees.
_INVISIBLE = dict.fromkeys(
    (
        *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    )
)


def compose(text: str) -> str:
    """NFKC without invisible characters and without spaces around: one form of what is seen."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", seen.translate(_INVISIBLE)).strip()


def fold(text: str) -> str:
    """The same for every spelling of one identifier: also without case (Unicode 3.13, D146)."""
    once = compose(unicodedata.normalize("NFD", text).casefold())
    return compose(unicodedata.normalize("NFD", once).casefold())


def normalise_domain(domain: str) -> str:
    """The name as the domain name system has it: ASCII, lower case, no dot at the end (IDNA 2008).

    What is no domain name is composed and in lower case.
    """
    plain = re.sub(r"[.\s]+\Z", "", _lower(domain).replace("\u3002", "."))
    try:
        return idna.encode(plain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return plain


def normalise_email(address: str) -> str:
    """The one spelling of an address, to which mail is also sent.

    The local part is composed and in lower case, as in RFC 8265 (UsernameCaseMapped), and not
    folded: "groß" and "gross" may be two mailboxes. Text that is no address gives some text.
    """
    local, at, domain = _lower(address).rpartition("@")
    return f"{local}@{normalise_domain(domain)}" if at else domain


def validate_email(address: str) -> None:
    """For addresses in any script. Raises `ValidationError`."""
    normal = normalise_email(address)
    local, _, domain = normal.rpartition("@")
    # Django's rule knows letters of English only. Letters of other scripts count as these.
    plain = "".join("a" if _is_letter(sign) else sign for sign in local)
    if len(normal.encode(errors="replace")) > MAX_EMAIL_BYTES or not domain.isascii():
        raise ValidationError(validators.EmailValidator.message, code="invalid")
    validators.validate_email(f"{plain}@{domain}")


def _is_letter(sign: str) -> bool:
    return not sign.isascii() and unicodedata.category(sign)[0] in "LMN"


def _lower(text: str) -> str:
    return compose(compose(text).lower())
