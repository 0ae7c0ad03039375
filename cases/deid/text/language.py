"""Which of four languages a text is in, and what is offered in its words."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "es", "fr", "de"]

_WORDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:the|and|with|was|of|for|his|her|from|is|has|by)\b"),
    "es": re.compile(r"\b(?:el|los|las|con|una?|por|del|que|para|fue|se|anos|paciente)\b"),
    "fr": re.compile(r"\b(?:le|les|des|avec|une|du|est|au|pour|sa|ans|chez|patiente?)\b"),
    "de": re.compile(r"\b(?:der|die|das|und|mit|wurde|eine?[rnms]?|bei|im|am|aus|ist|nicht)\b"),
}
_IN: dict[Language, dict[str, str]] = {
    "es": {
        "90 or older": "90 años o más",
        "[removed]": "[eliminado]",
        "[number removed]": "[número eliminado]",
        "[name removed]": "[nombre eliminado]",
        "[initials removed]": "[iniciales eliminadas]",
        "[date removed]": "[fecha eliminada]",
        "[month removed]": "[mes eliminado]",
        "[date of birth removed]": "[fecha de nacimiento eliminada]",
        "[address removed]": "[dirección eliminada]",
        "the patient": "el paciente",
        "a colleague": "un colega",
        "a relative": "un familiar",
        "a town": "una localidad",
        "a region": "una región",
        "a hospital": "un hospital",
        "an institution": "una institución",
        "an employer": "una empresa",
        "day": "día",
    },
    "fr": {
        "90 or older": "90 ans ou plus",
        "[removed]": "[supprimé]",
        "[number removed]": "[numéro supprimé]",
        "[name removed]": "[nom supprimé]",
        "[initials removed]": "[initiales supprimées]",
        "[date removed]": "[date supprimée]",
        "[month removed]": "[mois supprimé]",
        "[date of birth removed]": "[date de naissance supprimée]",
        "[address removed]": "[adresse supprimée]",
        "the patient": "le patient",
        "a colleague": "un confrère",
        "a relative": "un proche",
        "a town": "une ville",
        "a region": "une région",
        "a hospital": "un hôpital",
        "an institution": "un établissement",
        "an employer": "un employeur",
        "day": "jour",
    },
    "de": {
        "90 or older": "90 Jahre oder älter",
        "[removed]": "[entfernt]",
        "[number removed]": "[Nummer entfernt]",
        "[name removed]": "[Name entfernt]",
        "[initials removed]": "[Initialen entfernt]",
        "[date removed]": "[Datum entfernt]",
        "[month removed]": "[Monat entfernt]",
        "[date of birth removed]": "[Geburtsdatum entfernt]",
        "[address removed]": "[Adresse entfernt]",
        "the patient": "der Patient",
        "a colleague": "ein Kollege",
        "a relative": "ein Angehöriger",
        "a town": "eine Stadt",
        "a region": "eine Region",
        "a hospital": "ein Krankenhaus",
        "an institution": "eine Einrichtung",
        "an employer": "ein Arbeitgeber",
        "day": "Tag",
    },
}
_DAY = re.compile(r"day (-?\d+)")


def language_of(text: str) -> Language:
    """The language most of the short words of a normalised text belong to; English in doubt."""
    small = text.lower()
    counts = {language: len(words.findall(small)) for language, words in _WORDS.items()}
    best = max(counts.values())
    return "en" if counts["en"] == best else max(counts, key=counts.__getitem__)


def in_words_of(language: Language, replacement: str) -> str:
    """What is offered, in that language; what has no translation stays."""
    words = _IN.get(language)
    if words is None:
        return replacement
    day = _DAY.fullmatch(replacement)
    return f"{words['day']} {day[1]}" if day else words.get(replacement, replacement)
