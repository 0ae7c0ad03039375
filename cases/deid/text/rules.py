"""Contact details, numbers of records and persons, and ages over 89: patterns with their guards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cases.deid.text.normalization import lower_in_place
from cases.deid.text.spans import IdentifierKind

REMOVED = "[removed]"
NUMBER_REMOVED = "[number removed]"
OLDEST = "90 or older"


@dataclass(frozen=True, slots=True)
class Hit:
    """A find in the normalised text."""

    start: int
    end: int
    kind: IdentifierKind
    score: float
    replacement: str


Check = Callable[[re.Match[str], str], bool]


def begin(pattern: str, flags: int = 0) -> re.Pattern[str]:
    r"""Compile a pattern that begins with `\b` before a letter.

    Said as below, the engine passes over all other places in half the time.
    """
    return re.compile(r"(?<!\w)(?=[A-Za-z])" + pattern.removeprefix(r"\b"), flags)


def _always(hit: re.Match[str], text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern; the group "it", if there is one, is what identifies."""

    kind: IdentifierKind
    score: float
    pattern: re.Pattern[str]
    replacement: str = REMOVED
    check: Check = _always


_UNIT = (
    r"(?![ \t]*(?:x\s?10|mg|mcg|ug|g|kg|ml|dl|l|mm|cm|nm|mmhg|bpm|units?|iu|ie|u|mmol|meq|cells?|"
    r"copies|cfu|kcal|gy|hz|mci|mbq|days?|weeks?|months?|years?|hours?|patients|people|cases|"
    r"platelets?|leu[ck]ocytes|base|bp)\b|[ \t]*[%/°])"
)


def _digits(hit: re.Match[str]) -> str:
    return re.sub(r"\D", "", hit[0])


def _octets(hit: re.Match[str], text: str) -> bool:
    parts = [int(part) for part in hit[0].split(".")]
    before = text[max(0, hit.start() - 12) : hit.start()].lower()
    if re.search(r"(?:version|v|section|release)\.?\s*$", before):
        return False
    return all(part <= 255 for part in parts) and max(parts) > 9


def _nhs(hit: re.Match[str], text: str) -> bool:
    """Ten digits whose last checks the others (modulus 11)."""
    digits = [int(digit) for digit in _digits(hit)]
    total = sum(digits[place] * (10 - place) for place in range(9))
    return len(set(digits)) > 1 and bool((11 - total % 11) % 11 == digits[9])


def _luhn(hit: re.Match[str], text: str) -> bool:
    """Nine digits whose last checks the others, as in the Canadian social insurance number."""
    digits = [int(digit) for digit in _digits(hit)]
    doubled = [d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits)]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _dni(hit: re.Match[str], text: str) -> bool:
    number = hit[0].upper().replace("-", "").replace(" ", "")
    digits = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return bool("TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1])


def _long_number(hit: re.Match[str], text: str) -> bool:
    """A long number that is no quantity and no public identifier of a study, gene or paper."""
    if re.fullmatch(r"\d+0{3,}", hit[0]) or len(set(hit[0])) == 1:
        return False
    before = text[max(0, hit.start() - 24) : hit.start()]
    return not re.search(
        r"(?:NCT|PMID|PMC|DOI|rs|ISRCTN|EudraCT|O?MIM|ISBN|ISSN|ORPHA|HGNC|LOINC|SNOMED|CT|chr\w*|"
        r"N[MPRC]_|ENS\w|GRCh|RxNorm|CAS|pos|position)[\s:.#\-]*(?:number|no|code|id)?[\s:.#\-]*$",
        before,
        re.IGNORECASE,
    )


def _has_digits(hit: re.Match[str], text: str) -> bool:
    return len(re.findall(r"\d", hit["it"])) >= 3


def _phone(hit: re.Match[str], text: str) -> bool:
    return 7 <= len(_digits(hit)) <= 15


def _not_a_temperature(hit: re.Match[str], text: str) -> bool:
    before = text[max(0, hit.start() - 24) : hit.start()].lower()
    return not re.search(r"(?:temp\w*|febrile|fever|t|of|to|at|:|=)\W*$", before)


def _of_one_person(hit: re.Match[str], text: str) -> bool:
    """Not a threshold: "older than 90 years" is said of guidelines."""
    before = text[max(0, hit.start() - 16) : hit.start()].lower()
    after = text[hit.end() : hit.end() + 14].lower()
    if re.search(
        r"(?:[<>=≤≥]|over|above|older than|under|below|up to|for|than|-|to|ago)\s*$", before
    ):
        return False
    return not re.match(r"\s*(?:ago|later|survival|of follow|before|and over|or older)", after)


# Possessive and bounded, starting only where a word starts: no input makes it slow.
_LOCAL = r"(?<![\w.+%'\-])[\w.+%'\-]{1,64}+"
_LABELS = (
    r"MRN|M\.R\.N\.|URN|CRN|UHID|NHC|NHI|IPP|CPR|HCN|EMPI|MPI|"
    r"(?:medical|health|hospital|patient|clinic|unit|case|chart|record|file|encounter|visit|"
    r"episode|"
    r"admission|accession|specimen|sample|study|series|exam|account|acct|policy|insurance|member|"
    r"subscriber|group|claim|certificate|licen[cs]e|passport|serial|device|order|requisition|"
    r"registration|reference|prescription|beneficiary|medicare|medicaid|identity|id|ref|reg)"
    r"\s*(?:record)?\s*(?:s/n|number|numero|num|no|nr|n|id|identifier|code|card|#)|"
    r"health\s+card|H\.?a?\.?\s*clinica|poliza|MBI|HICN|NSS|acct|account|"
    r"accession|acc|passport|medicare|medicaid|insurance|NHS|VIN|IMEI|UDI|S/N|SN|ID|PID|case|chart|"
    r"record|specimen|lab|"
    r"(?:numero\s+de\s+)?historia(?:\s+clinica)?|expediente|numero\s+de\s+(?:seguridad\s+social|"
    r"afiliacion|paciente|permiso|pasaporte)|tarjeta\s+sanitaria|CIP|"
    r"(?:numero\s+de\s+)?dossier|numero\s+de\s+(?:securite\s+sociale|patient|permis|passeport)|NIR|"
    r"(?:Fall|Fuhrerschein|Reisepass)-?(?:nummer|nr)|Patienten-?(?:nummer|nr|id)|"
    r"Akten-?(?:zeichen|nummer)|"
    r"Versicherten-?(?:nummer|nr)|Versicherungsnummer|Aufnahme-?(?:nummer|nr)"
)

_RULES = (
    _Rule("email", 0.99, re.compile(_LOCAL + r"\s?@\s?(?:[a-z0-9\-]{1,63}\.)+[a-z]{2,24}\b", re.I)),
    _Rule(
        "email",
        0.9,
        re.compile(
            _LOCAL + r"\s*(?:[\[({<]\s*at\s*[\])}>]|\s+at\s+|\s*@\s*)\s*[\w\-]{1,63}"
            r"(?:\s*(?:[\[({<]\s*dot\s*[\])}>]|\s+dot\s+)\s*[\w\-]{1,63})+",
            re.I,
        ),
    ),
    _Rule(
        "email",
        0.9,
        re.compile(
            _LOCAL + r"\s*[\[({<]\s*at\s*[\])}>]\s*(?:[\w\-]{1,63}\.)+[a-z]{2,24}\b",
            re.I,
        ),
    ),
    _Rule(
        "url",
        0.97,
        re.compile(r"\b(?:https?|ftp|hxxps?)\s?:\s?//[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]", re.I),
    ),
    _Rule("url", 0.97, re.compile(r"\bwww\s?\.[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]", re.I)),
    _Rule(
        "url",
        0.8,
        re.compile(
            r"(?<![\w@.])(?<!-)(?:[a-z0-9][a-z0-9\-]{1,62}\.)+(?:com|org|net|edu|gov|int|info|io|me|app|"
            r"health|"
            r"co\.uk|org\.uk|nhs\.uk|ac\.uk)\b(?:/[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])?",
            re.I,
        ),
    ),
    _Rule(
        "account",
        0.7,
        re.compile(r"(?<![\w.@/])@[a-z_][\w.]{2,29}\b", re.I),
    ),
    _Rule("ip", 0.9, re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\w|\w)"), check=_octets),
    _Rule(
        "ip",
        0.9,
        re.compile(
            r"(?<![\w:])(?=[\da-f:]{0,40}:)(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|"
            r"(?:[\da-f]{1,4}:){1,6}(?::[\da-f]{1,4}){1,6}|"
            r"(?:[\da-f]{2}[:\-]){5}[\da-f]{2})(?![\w:])",
            re.I,
        ),
    ),
    _Rule(
        "ssn",
        0.95,
        re.compile(r"(?<![\w\-.])(?!000|666|9\d\d)\d{3}[- ](?!00)\d\d[- ](?!0000)\d{4}(?![\w\-])"),
        NUMBER_REMOVED,
    ),
    _Rule(
        "ssn",
        0.95,
        begin(
            r"\b(?:ssn|social\s+security)(?:\s+(?:number|"
            r"no))?[\s:.#]*(?:is\s+)?(?P<it>[\dxX*]{3}[\s-]?[\dxX*]{2}[\s-]?\d{4})\b",
            re.I,
        ),
        NUMBER_REMOVED,
    ),
    _Rule(
        "record",
        0.95,
        begin(
            r"\b(?:"
            + _LABELS
            + r")\b\.?\s*(?:is|was|of|es|est|ist|=)?[\s:.#(\-]{0,4}(?:number|no\.?|"
            r"nr\.?)?[\s:.#]{0,3}"
            r"(?P<it>(?=[A-Z0-9/\-]*\d)[A-Z0-9]+(?:[/\-][A-Z0-9]+)*(?:\s\d{2,5}){0,3}(?:\s\d)?)(?![\w])"
            + _UNIT,
            re.I,
        ),
        NUMBER_REMOVED,
        _has_digits,
    ),
    _Rule(
        "record",
        0.9,
        re.compile(r"(?<![\w.\-])\d{3}[ \-]?\d{3}[ \-]?\d{4}(?![\w\-])"),
        NUMBER_REMOVED,
        _nhs,
    ),
    _Rule(
        "record",
        0.8,
        re.compile(r"(?<![\w.,\-])\d{3}[ \-]\d{3}[ \-]\d{3}(?![\w\-]|[ .,]\d)" + _UNIT),
        NUMBER_REMOVED,
        _luhn,
    ),
    _Rule(
        "record",
        0.95,
        re.compile(r"(?<![\w.])(?:[XYZ]-?\d{7}|\d{8})[ \-]?[A-Z](?![\w])"),
        NUMBER_REMOVED,
        _dni,
    ),
    _Rule(
        "record",
        0.9,
        re.compile(
            r"(?<!\w)[12][ ]?\d\d[ ]?(?:0[1-9]|"
            r"1[0-2])[ ]?\d[\dAB][ ]?\d{3}[ ]?\d{3}(?:[ ]?\d\d)?(?!\w)"
        ),
        NUMBER_REMOVED,
    ),
    _Rule(
        "record",
        0.75,
        re.compile(r"(?<![\w.,/+\-])\d{7,16}(?![\w]|[.,]\d)" + _UNIT),
        NUMBER_REMOVED,
        _long_number,
    ),
    _Rule(
        "record",
        0.75,
        re.compile(
            r"(?<![\w.\-/])(?!(?:NCT|PMC|PMID|RS|ISRCTN|NM|NP|XM|ENS[TGP]|SARS|IL|CD|HLA|ICD|"
            r"ACTRN|DRKS|UMIN|CRD)[\s_\-]?\d)"
            r"[A-Z]{1,4}[\-]?\d{6,12}(?:[\-/]\d{1,4})?(?![\w])"
        ),
        NUMBER_REMOVED,
    ),
    _Rule(
        "record",
        0.7,
        re.compile(r"(?<![\w/])#\s?\d{5,12}(?!\w)"),
        NUMBER_REMOVED,
        _long_number,
    ),
    _Rule(
        "record",
        0.7,
        re.compile(r"(?<![\w.])\d{2,4}[/\-]\d{5,8}(?![\w/\-])" + _UNIT),
        NUMBER_REMOVED,
    ),
    _Rule(
        "phone",
        0.95,
        re.compile(
            r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}"
            + r"[\s.\-/]?(?:\(0\)\s?)?(?:\(?\d{1,4}\)?[\s.\-/]?){2,5}\d(?!\w)"
        ),
        check=_phone,
    ),
    _Rule(
        "phone",
        0.95,
        re.compile(r"(?<![\w.])(?:1[\s.\-])?\(\s?\d{3}\s?\)[\s.\-]?\d{3}[\s.\-]\d{4}(?!\w)"),
    ),
    _Rule(
        "phone",
        0.92,
        re.compile(r"(?<![\w.\-])(?:1[\s.\-])?[2-9]\d\d([\s.\-])\d{3}\1\d{4}(?![\w\-])"),
    ),
    _Rule("phone", 0.85, re.compile(r"(?<![\w.\-])0\d(?:[\s.\-]\d\d){4}(?![\w]|[.\-]\d)")),
    _Rule(
        "phone",
        0.85,
        re.compile(
            r"(?<![\w.\-])0(?:7\d{3}\s?\d{3}\s?\d{3}|"
            r"\d{2}[ \-]\d{3}[ \-]\d{4}|\d{2}\s\d{4}\s\d{4}|\d{3}\s\d{3}\s\d{4}|"
            r"\d{4}\s\d{5,6})(?!\w)"
        ),
    ),
    _Rule(
        "phone",
        0.6,
        re.compile(r"(?<![\w.\-,])[679]\d\d[ .]\d{3}[ .]\d{3}(?![\w]|[ .,]\d)" + _UNIT),
    ),
    _Rule(
        "phone",
        0.9,
        begin(
            r"\b(?:tel(?:ephone|efono|efon)?|phone|cell|mobile|movil|portable|handy|fax|"
            r"call(?:ed)?|"
            r"whatsapp|pager|bleep|beeper|text(?:ed)?|contact|rufnummer)\b(?:\s+(?:number|no|nr|"
            r"numero|me|us|her|him|on|at|is|was|des?))*"
            r"[\s.:#]*(?P<it>\+?\(?\d[\d\s().\-/]{2,17}\d)(?![\w]|[.,]\d)" + _UNIT,
            re.I,
        ),
    ),
    _Rule(
        "phone",
        0.8,
        begin(r"\b(?:ext|extension|durchwahl)\b[\s.:#]*(?P<it>\d{3,6})(?!\w)", re.I),
    ),
    _Rule(
        "age",
        0.95,
        re.compile(
            r"(?<![\w.,/])(?P<it>(?:9\d|1[01]\d|12[0-5]))(?:[.,]\d)?[\s\-]*(?:years?|yrs?|yr|"
            r"y)?[\s\-]*"
            r"(?:years?|yrs?|y\s?/\s?o|y\.o\.|yo|old|of\s+age|anos|ans|jahrige\w*|jahre)\b",
            re.I,
        ),
        OLDEST,
        _of_one_person,
    ),
    _Rule(
        "age",
        0.95,
        begin(
            r"\b(?:aged?|turn(?:ed|s|ing)|edad(?:\s+de)?|age\s+de|alter)\s*(?:of|was|is|:|=)?\s*(?P<it>(?:9\d|"
            r"1[01]\d|12[0-5]))(?![\w%]|[.,/]\d)"
            + r"(?!\s*(?:months?|weeks?|days?|hours?|min|degrees?|\u00b0))",
            re.I,
        ),
        OLDEST,
        _of_one_person,
    ),
    _Rule(
        "age",
        0.7,
        re.compile(
            r"(?<![\w.,/])(?P<it>9[0-9]|10[0-9])\s?-?\s?(?:[MF]|♀|♂|[Mm]ale|[Ff]emale|[Ww]oman|"
            r"[Mm]an|[Ll]ady|[Gg]entleman)\b"
        ),
        OLDEST,
        _not_a_temperature,
    ),
    _Rule(
        "age",
        0.9,
        begin(
            r"\b(?:ninety|one\s+hundred|a\s+hundred)(?:[\s\-]+(?:and[\s\-]+)?(?:one|two|three|"
            r"four|five|six|seven|eight|nine))?"
            r"[\s\-]*years?[\s\-]*(?:old|of\s+age)\b",
            re.I,
        ),
        OLDEST,
    ),
    _Rule(
        "age",
        0.85,
        begin(
            r"\b(?:(?:super)?centenarian|nonagenarian|in\s+(?:his|her|their)\s+nineties)\b", re.I
        ),
        OLDEST,
    ),
)


def _small(pattern: re.Pattern[str]) -> re.Pattern[str] | None:
    """For a pattern that ignores case, the same for text in small letters: a third less work."""
    if not pattern.flags & re.I:
        return None
    spelt = re.sub(r"\\.|\(\?P<\w+>|[A-Z]", _as_small, pattern.pattern)
    return re.compile(spelt, pattern.flags & ~re.I)


def _as_small(piece: re.Match[str]) -> str:
    """A letter made small; the class or the name of a group it belongs to stays."""
    return piece[0].lower() if len(piece[0]) == 1 else piece[0]


_COMPILED = tuple((rule, _small(rule.pattern)) for rule in _RULES)


def find(text: str) -> Iterator[Hit]:
    """Every find of every rule in normalised text; they may overlap."""
    lowered = lower_in_place(text)
    for rule, of_small in _COMPILED:
        named = "it" in rule.pattern.groupindex
        for hit in rule.pattern.finditer(text) if of_small is None else of_small.finditer(lowered):
            if rule.check(hit, text):
                start, end = hit.span("it") if named else hit.span()
                yield Hit(start, end, rule.kind, rule.score, rule.replacement)
