"""ICD-10-CM's titles and inclusion terms, read from the table that simple-icd-10-cm carries.

The classification is in the public domain (CDC/NCHS and CMS); the package, under the MIT licence,
is used for its file alone: nothing of it is imported, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from polls.services.concepts import Entry

LONGEST = 200
# Who owns what a chapter holds, by the first letters of the code; the longest that fits.
OWNERS = {
    "A": "infectious", "B": "infectious", "C": "oncology", "D0": "oncology", "D1": "oncology",
    "D2": "oncology", "D3": "oncology", "D4": "oncology", "D5": "haematology",
    "D6": "haematology", "D7": "haematology", "D80": "allergy", "D81": "allergy",
    "D82": "allergy", "D83": "allergy", "D84": "allergy", "E": "endocrinology",
    "F": "psychiatry", "G": "neurology", "H0": "ophthalmology", "H1": "ophthalmology",
    "H2": "ophthalmology", "H3": "ophthalmology", "H4": "ophthalmology", "H5": "ophthalmology",
    "H6": "otolaryngology", "H7": "otolaryngology", "H8": "otolaryngology",
    "H9": "otolaryngology", "I": "cardiology", "I6": "neurology", "J": "pulmonology",
    "K": "gastroenterology", "L": "dermatology", "M": "rheumatology", "N": "nephrology",
    "N4": "urology", "N7": "gynaecology", "N8": "gynaecology", "N9": "gynaecology",
    "O": "gynaecology", "P": "paediatrics", "Q": "clinical-genetics",
}  # fmt: skip
# External causes and reasons for a visit are no diagnoses.
_NO_DIAGNOSIS = ("V", "W", "X", "Y", "Z", "U")
# Rests of the classification ("Other …", "… not elsewhere classified") name nothing.
_REST = re.compile(
    r"^(other|unspecified|sequelae? of|encounter|personal history|family history)\b"
    r"|elsewhere classified|not specified|without mention",
    re.IGNORECASE,
)
_TAIL = re.compile(r",? (unspecified|NOS)( (site|type|organ|degree|cause))?$", re.IGNORECASE)
# A side, a stage of pregnancy or a rest within makes hundreds of names of one thing.
_VARIANT = re.compile(
    r"\b(left|right|bilateral|unspecified|trimester|underdosing|other specified)\b",
    re.IGNORECASE,
)


def icd10cm() -> Iterator[Entry]:
    """Each category and subcategory that names a diagnosis. Raises `FileNotFoundError`."""
    for code, title, terms in _rows(table()):
        name = _cleaned(title)
        if code.startswith(_NO_DIAGNOSIS) or not name:
            continue
        synonyms = tuple(dict.fromkeys(filter(None, map(_cleaned, terms))))
        yield Entry(name, owner(code), tuple(one for one in synonyms if one != name), code)


def table() -> Path:
    """The file within the installed package."""
    spec = find_spec("simple_icd_10_cm")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in sorted(Path(folder, "data").glob("icd10c-tabular-*.xml")):
            return file
    raise FileNotFoundError("simple-icd-10-cm is not installed")


def owner(code: str) -> str:
    """The specialty a code belongs to; "" where none owns it alone."""
    fits = [start for start in OWNERS if code.startswith(start)]
    return OWNERS[max(fits, key=len)] if fits else ""


def _rows(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Code, title and inclusion terms; 9.7 MB are read without being held."""
    for _event, element in iterparse(file, events=("end",)):
        if element.tag != "diag":
            continue
        code, title = element.findtext("name") or "", element.findtext("desc") or ""
        yield code, title, _terms(element)
        # Its own children are done; a parent still needs the child's place, not its words.
        for part in list(element):
            if part.tag == "diag":
                element.remove(part)


def _terms(element: Element) -> list[str]:
    return [note.text or "" for note in element.findall("inclusionTerm/note")]


def _cleaned(text: str) -> str:
    """A name somebody would choose; "" for what names nothing."""
    name = _TAIL.sub("", " ".join(text.split()))
    if not name or len(name) > LONGEST or _REST.search(name) or _VARIANT.search(name):
        return ""
    return name
