"""Names of people and places, told by what stands beside them; eponyms of medicine stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.deid.text.rules import Hit, begin
from cases.deid.text.words import EPONYMS, GENERIC_PLACES, GIVEN_NAMES, NO_NAMES

_WORD = r"(?:(?:O'|D'|Mc|Mac)?[A-Z][a-z]+(?:['\-][A-Z]?[a-z]+)*|[A-Z]{2,}(?:[\-'][A-Z]{2,})*)"
_PARTICLE = (
    r"(?:(?:de|del|de\s+la|van|van\s+der|van\s+den|von|der|di|da|dos|la|le|bin|ibn|al|el|"
    r"ten|ter)\s+|(?:al|el)-)"
)
_INITIAL = r"(?:[A-Z]\.\s?)"
_NAME = rf"(?:{_INITIAL}{{0,3}}{_PARTICLE}?{_WORD}(?:\s+{_INITIAL}?{_PARTICLE}?{_WORD}){{0,3}})"

_TITLE = begin(
    r"\b(?P<title>Mr|Mrs|Ms|Miss|Mx|Mister|Dr|Drs|Prof|Professor|Doctor|Nurse|Sister|Sra|Srta|"
    r"Senor|"
    r"Senora|Dra|Don|Dona|Herr|Herrn|Frau|Mme|Mlle|Monsieur|Madame|Docteur|Doktor|Judge|Reverend|Pastor|Rabbi|"
    r"Imam|Captain|Sergeant|Constable|Officer|Sir)\b\.?\s+"
    rf"(?:(?:med|Dr|Prof)\.?\s+)*(?P<name>(?:[A-Z]\s){{0,2}}{_NAME})"
)
_FIELD = begin(
    r"\b(?:(?:patient|full|first|last|family|given|sur|maiden|mother's|father's)\s*)?"
    rf"(?:name|nombre|apellidos?|nom|prenom|nachname|"
    rf"vorname)\s*[:=]\s*(?P<name>{_NAME}(?:,\s*{_NAME})?)",
    re.IGNORECASE,
)
_CALLED = begin(
    rf"\b(?:named|called|name\s+is|llamad[oa]|se\s+llama|nommee?|s'appelle|namens|"
    rf"heisst)\s+(?P<name>{_NAME})"
)
_BESIDE = begin(
    r"\b(?P<who>[Pp]atient|[Pp]t|[Pp]aciente|[Pp]atientin|[Ww]ife|[Hh]usband|[Ss]on|[Dd]aughter|"
    r"[Mm]other|[Ff]ather|[Bb]rother|[Ss]ister|[Pp]artner|[Ff]riend|[Nn]eighbou?r|[Cc]olleague|"
    r"[Cc]onsultant|[Ss]urgeon|[Rr]adiologist|[Pp]athologist|GP)"
    rf"(?:\s+is|\s+was)?[,:]?\s+(?P<name>{_NAME})"
)
_BY = begin(
    r"\b(?:[Ss]een|[Rr]eferred|[Rr]eviewed|[Rr]eported|[Ss]igned|[Dd]ictated|[Oo]perated|[Tt]yped|"
    rf"[Aa]uthori[sz]ed|[Pp]erformed|[Ee]xamined)\s+by[:\s]\s*(?P<name>{_NAME})"
)
_PAIR = begin(
    rf"\b(?P<given>[A-Z][a-z]+|[A-Z]{{3,}})\s+(?:{_INITIAL})?{_PARTICLE}?(?P<family>{_WORD})\b"
)
_INITIALS = begin(r"\b(?:[Pp]atient|[Pp]t)\s+(?P<name>(?:[A-Z]\.\s?){2,3})")
_TEST_NAME = begin(r"\bZZ\s?TEST(?:\s+[A-Z][A-Za-z]+){0,2}\b")

_PLACE = begin(
    r"\b(?P<name>(?:(?:St|Saint|Mount|Mt|San|Santa)\.?\s+)?(?:[A-Z][a-z]+(?:'s|"
    r"-[A-Z][a-z]+)?\s+(?:of\s+|and\s+|the\s+)?){1,4}"
    r"(?:Hospital|Infirmary|Clinic|Hospice|Medical\s+Cent(?:er|re)|Health\s+Cent(?:er|re)|"
    r"Nursing\s+Home|"
    r"Klinikum|Krankenhaus|Universitatsklinikum))\b"
)
_PLACE_AFTER = begin(
    r"\b(?P<name>(?:Hospital|Clinica|Hopital|CHU|CHRU|Klinikum|Krankenhaus|Universitatsklinikum|"
    r"Charite)"
    r"(?:\s+(?:General|Universitario|Clinic|Clinico|Regional|Universitaire))*"
    r"\s+(?:(?:de|del|de\s+la|la|von|des|du|San|Santa|St\.?)\s+)*[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?)\b"
)
_STREET = re.compile(
    r"\b(?P<name>\d{1,5}[A-Za-z]?,?\s+(?:[A-Z][a-z]+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|"
    r"Lane|Ln|Drive|Rise|Way|Walk|Grove|Gardens|Hill|Park|View|Row|Mews|Green|Parade|Quay|Highway|"
    r"Trail|Circle|Parkway|Ridge|"
    r"Dr|Boulevard|Blvd|Court|Ct|Square|Terrace|Close|Crescent|Place)\b\.?(?:,\s+[A-Z][a-z]{2,20}(?:\s[A-Z][a-z]{2,20})?(?=[,.;)\n]|$|\s[A-Z]{1,2}\d))?|"
    r"(?:[Cc]alle|[Rr]ue|[Aa]venida|[Pp]laza|[Bb]oulevard)\s+(?:(?:de|del|des|du|la|las|los|"
    r"le)\s+)*[A-Z][\w\-]+(?:\s+[A-Z][\w\-]+)?(?:,?\s*(?:n[o.]*\s*)?\d{1,4})?|"
    r"[A-Z][a-z]+(?:strasse|str\.|straße|weg|gasse|platz)\s+\d{1,4}[a-z]?)"
)
_STATES = (
    "A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|"
    "T[NX]|UT|V[TA]|W[AVIY]"
)
_POSTCODE = re.compile(
    r"\b(?P<name>(?!(?:[CTLS]\d)\s)[A-Z]{1,2}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2}|(?:(?:"
    + _STATES
    + r")\s+|(?:zip|postcode)\s*(?:code)?[:\s]\s*)\d{5}(?:-\d{4})?)(?![\w])(?!\s*(?:mg|ml|units|"
    r"IU))"
)

# After a name these make it an eponym: Crohn disease, Murphy sign.
_EPONYM = re.compile(
    r"(?:'s)?(?:\s+(?:and|&|-)?\s*[A-Z][a-z]+)?[\s\-]+(?:disease|syndrome|sign|signs|test|score|"
    r"scale|criteria|classification|"
    r"murmur|phenomenon|reflex|triad|tetrad|law|manoeuvre|maneuver|procedure|operation|stain|"
    r"cell|cells|body|"
    r"bodies|fracture|hernia|point|line|lines|node|nodes|nodule|anaemia|anemia|tumou?r|sarcoma|"
    r"lymphoma|"
    r"palsy|paralysis|thyroiditis|arteritis|dystrophy|atrophy|ataxia|chorea|contracture|ulcer|"
    r"ulcers|"
    r"o?esophagus|ring|rings|spots?|nodes?|index|formula|equation|catheter|tube|forceps|position|"
    r"gangrene|purpura|encephalopathy|neuropathy|cardiomyopathy|deformity|abscess|mass|lesion|"
    r"disorder|"
    r"incision|repair|shunt|stent|flap|graft|technique|method|model|curve|valve|prosthesis|nerve|"
    r"canal|"
    r"duct|artery|vein|ligament|tendon|gland|loop|crisis|pupil|tooth)\b",
    re.IGNORECASE,
)
_NO_PART_OF_IT = frozenset({"The", "A", "An", "Our", "Local", "At", "In", "From", "To", "Of"})
_COLLEAGUES = frozenset(
    {"Dr", "Drs", "Prof", "Professor", "Doctor", "Nurse", "Sister", "Dra", "Docteur", "Doktor"}
)


def find(text: str) -> Iterator[Hit]:
    """Names and places in normalised text."""
    for hit in _TITLE.finditer(text):
        words = "a colleague" if hit["title"] in _COLLEAGUES else "the patient"
        yield from _named(hit, text, 0.9, words)
    for hit in (*_FIELD.finditer(text), *_TEST_NAME.finditer(text)):
        group = "name" if "name" in hit.re.groupindex else 0
        yield Hit(hit.start(group), hit.end(group), "name", 0.95, "[name removed]")
    for pattern, score, words in (
        (_CALLED, 0.8, "[name removed]"),
        (_BY, 0.75, "a colleague"),
        (_INITIALS, 0.6, "[initials removed]"),
    ):
        for hit in pattern.finditer(text):
            yield from _named(hit, text, score, words)
    for hit in _BESIDE.finditer(text):
        yield from _named(hit, text, 0.7, "[name removed]")
    yield from _pairs(text)
    yield from _places(text)


def _named(hit: re.Match[str], text: str, score: float, words: str) -> Iterator[Hit]:
    """The name without the ordinary words around it; nothing if only those are there."""
    start, end = hit.span("name")
    for word in re.finditer(r"\S+", text[start:end]):
        plain = word[0].strip(".,'")
        if re.fullmatch(r"[A-Z]\.", word[0]):
            continue  # an initial, not an article
        if (
            plain in NO_NAMES
            or plain.capitalize() in NO_NAMES
            or (plain in EPONYMS and hit.re is _BESIDE)
        ):
            end = start + word.start()
            break
    name = text[start:end].rstrip()
    if not name or _EPONYM.match(text, start + len(name)):
        return
    yield Hit(start, start + len(name), "name", score, words)


def _ordinary(word: str) -> bool:
    return word in NO_NAMES or word.capitalize() in NO_NAMES


def _pairs(text: str) -> Iterator[Hit]:
    """A common given name before another capitalised word."""
    for hit in _PAIR.finditer(text):
        given, family = hit["given"].capitalize(), hit["family"]
        if given not in GIVEN_NAMES or _ordinary(family):
            continue
        if (family in EPONYMS and given in EPONYMS) or _EPONYM.match(text, hit.end()):
            continue
        yield Hit(hit.start(), hit.end(), "name", 0.75, "[name removed]")


def _places(text: str) -> Iterator[Hit]:
    for hit in _PLACE.finditer(text):
        words = re.findall(r"[A-Z][\w']+", hit["name"])[:-1]
        first = next((word for word in words if word not in GENERIC_PLACES), None)
        if first:
            start = hit.start("name")
            while text[start:].split(None, 1)[0] in _NO_PART_OF_IT:
                start += len(text[start:].split(None, 1)[0]) + 1
            yield Hit(start, hit.end("name"), "place", 0.7, "a hospital")
    for hit in _PLACE_AFTER.finditer(text):
        last = hit["name"].split()[-1]
        if last not in GENERIC_PLACES and last not in NO_NAMES:
            yield Hit(hit.start(), hit.end(), "place", 0.6, "a hospital")
    for pattern, score in ((_STREET, 0.8), (_POSTCODE, 0.7)):
        for hit in pattern.finditer(text):
            yield Hit(hit.start("name"), hit.end("name"), "place", score, "[address removed]")
