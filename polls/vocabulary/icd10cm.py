"""ICD-10-CM's titles and inclusion terms, read from the table that simple-icd-10-cm carries.

The classification is in the public domain (CDC/NCHS and CMS). The package is under the MIT licence;
only its data file is read, no code is imported, and nothing is downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from polls.vocabulary.entries import VocabularyEntry

MAX_NAME_LENGTH = 200
# The specialty of a code, by its first characters. The longest prefix that fits decides.
SPECIALTY_OF_CODE = {
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
# Chapters of external causes and of reasons for a visit, which are not diagnoses.
_NO_DIAGNOSIS = ("V", "W", "X", "Y", "Z", "U")
# Residual categories ("Other …", "… not elsewhere classified") name no diagnosis.
_RESIDUAL = re.compile(
    r"^(other|unspecified|sequelae? of|encounter|personal history|family history)\b"
    r"|elsewhere classified|not specified|without mention",
    re.IGNORECASE,
)
_TAIL = re.compile(r",? (unspecified|NOS)( (site|type|organ|degree|cause))?$", re.IGNORECASE)
# Side, trimester and residual words would make hundreds of names for one diagnosis.
_VARIANT = re.compile(
    r"\b(left|right|bilateral|unspecified|trimester|underdosing|other specified)\b",
    re.IGNORECASE,
)


def icd10cm() -> Iterator[VocabularyEntry]:
    """Each category and subcategory that names a diagnosis.

    Raises `FileNotFoundError` if the package simple-icd-10-cm is not installed.
    """
    for code, title, terms in _rows(tabular_file()):
        name = _cleaned(title)
        if code.startswith(_NO_DIAGNOSIS) or not name:
            continue
        synonyms = dict.fromkeys(filter(None, map(_cleaned, terms)))
        others = tuple(synonym for synonym in synonyms if synonym != name)
        yield VocabularyEntry(name, specialty_of_code(code), others, code)


def tabular_file() -> Path:
    """The data file of the installed package.

    Raises `FileNotFoundError` if the package simple-icd-10-cm is not installed.
    """
    spec = find_spec("simple_icd_10_cm")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in sorted(Path(folder, "data").glob("icd10c-tabular-*.xml")):
            return file
    raise FileNotFoundError("simple-icd-10-cm is not installed")


def specialty_of_code(code: str) -> str:
    """The specialty that a code belongs to; "" if it belongs to no single specialty."""
    fits = [start for start in SPECIALTY_OF_CODE if code.startswith(start)]
    return SPECIALTY_OF_CODE[max(fits, key=len)] if fits else ""


def _rows(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Code, title and inclusion terms. The file of 9.7 MB is read as a stream."""
    for _event, element in iterparse(file, events=("end",)):
        if element.tag != "diag":
            continue
        code, title = element.findtext("name") or "", element.findtext("desc") or ""
        yield code, title, _terms(element)
        # Free the children, which have been read; the parent still needs its own title.
        for part in list(element):
            if part.tag == "diag":
                element.remove(part)


def _terms(element: Element) -> list[str]:
    return [note.text or "" for note in element.findall("inclusionTerm/note")]


def _cleaned(text: str) -> str:
    """The title as a name to choose; "" if it names no diagnosis."""
    name = _TAIL.sub("", " ".join(text.split()))
    if not name or len(name) > MAX_NAME_LENGTH or _RESIDUAL.search(name) or _VARIANT.search(name):
        return ""
    return name
