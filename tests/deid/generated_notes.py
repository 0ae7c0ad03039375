"""Made-up clinical notes with labelled identifiers, clean case reports and hard negatives.

Two seeds: "tuning" may be looked at while rules are written; "test" has other sentences and other
values, and only its figures are looked at. A slot {kind:…} is filled from the pool of that kind.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Literal

Seed = Literal["tuning", "test"]

# Language and sentence; a slot names a pool.
TEMPLATES: dict[Seed, tuple[tuple[str, str], ...]] = {
    "tuning": (
        ("en", "Mrs {family} was admitted on {date_en} to {hospital_en}. MRN {number}."),
        ("en", "Seen by nurse {given} {family}; his wife {given} can be reached on {phone}."),
        ("en", "He lives in {city} at {street_en} and works for {employer}."),
        ("en", "A {age}-year-old resident of {home_en}, insurance number {number}."),
        ("en", "Came by car, plate {plate}. Pacemaker serial {serial}. Mail {email}."),
        ("es", "La señora {family} ingresó el {date_es} en {hospital_es}, NHC {number}."),
        ("es", "Su hija {given} vive en {city}. Teléfono {phone}. DNI {dni}."),
        ("fr", "Mme {family}, {age} ans, hospitalisée le {date_fr} au {hospital_fr}."),
        ("fr", "Son mari {given} habite à {city}. Tél. {phone}."),
        ("de", "Herr {family}, {age}-jährig, wurde am {date_de} im {hospital_de} aufgenommen."),
        ("de", "Seine Frau {given} wohnt in {city}, Telefon {phone}. Fallnummer {number}."),
    ),
    "test": (
        ("en", "Dear Dr {family}, thank you for sending {given} {family}, born {date_en}."),
        ("en", "DISCHARGED {date_en} FROM {hospital_en}. Hosp no {number}. F/U with {given}."),
        ("en", "Her daughter {given} drove her from {city}; licence plate {plate}."),
        ("en", "Pt is {age} years old, address {street_en}, {city}. Ring {phone} or {email}."),
        ("en", "Transferred from {home_en}. Implant S/N {serial}. Teacher at {employer}."),
        ("en", "Signed: {given} {family}, registrar"),
        ("es", "Paciente de {age} años, don {given} {family}, natural de {city}."),
        ("es", "Alta el {date_es}. Firmado: Dra. {family}, {hospital_es}. Móvil {phone}."),
        ("es", "Acude con su hermano {given}; matrícula {plate}; nº de historia {number}."),
        ("fr", "Patient de {age} ans, M. {family}, né le {date_fr}, demeurant à {city}."),
        ("fr", "Vu par le Dr {family} au {hospital_fr}; sa fille {given} au {phone}."),
        ("fr", "Numéro de dossier {number}; immatriculation {plate}."),
        ("de", "Sehr geehrte Frau Kollegin {family}, wir berichten über {given} {family}."),
        ("de", "Die {age}-jährige Patientin aus {city}, geb. {date_de}, Vers.-Nr. {number}."),
        ("de", "Verlegt aus {hospital_de}; Sohn {given}, Handy {phone}, Kennzeichen {plate}."),
    ),
}
POOLS: dict[Seed, dict[str, str]] = {
    "tuning": {
        "family": "Whitfield|García|Lefèvre|Baumgartner|Okafor|Nguyen",
        "given": "Anna|Carlos|Élodie|Jürgen|Chidi|Laura",
        "date_en": "3 March 2024|March 3rd|03/04/2023|Monday 12 June|Christmas 2023",
        "date_es": "3 de marzo de 2024|12/06/2023|lunes 5 de junio",
        "date_fr": "3 mars 2024|1er avril|12/06/2023",
        "date_de": "3. März 2024|12.06.2023|Montag, den 5. Juni",
        "hospital_en": "St Mary's Hospital|Riverside Clinic",
        "hospital_es": "Hospital La Paz|Hospital Clínico San Carlos",
        "hospital_fr": "CHU de Nantes|Hôpital Saint-Louis",
        "hospital_de": "Klinikum Großhadern|Universitätsklinikum Freiburg",
        "home_en": "Oakwood Nursing Home|Sunrise Care Home",
        "employer": "Siemens Ltd|Lincoln High School",
        "city": "Bristol|Sevilla|Lyon|Graz",
        "street_en": "14 Mill Lane|220 Oak Street",
        "number": "4471882|K-338291|99-27716",
        "phone": "07700 900123|+34 612 345 678|01 42 68 53 00|+49 89 1234567|(212) 555-0142",
        "plate": "AB12 CDE|M-XY 4321|1234 BCD",
        "serial": "PMK-7782-331|SN8841927",
        "email": "anna.w@example.org|carlos at mail dot es",
        "dni": "12345678Z",
        "age": "92|97|103",
    },
    "test": {
        "family": "Hargreaves|Ibáñez Ruiz|Moreau|Zimmermann|Adeyemi|Kowalczyk|Tran|O'Leary",
        "given": "Gemma|Ignacio|Margaux|Lorenz|Ngozi|Piotr|Linh|Siobhan",
        "date_en": "21st of August 2022|Aug 21|9/14/22|Thursday the 5th of May|New Year's Eve",
        "date_es": "21 de agosto|09-11-2022|martes 8 de noviembre de 2022",
        "date_fr": "21 août 2022|mardi 8 novembre|9.11.22",
        "date_de": "21. August 2022|8.11.|Dienstag, 8. November 2022",
        "hospital_en": "Queen Elizabeth Infirmary|Mercy Medical Center|Addenbrooke's",
        "hospital_es": "Hospital Vall d'Hebron|Clínica Quirón",
        "hospital_fr": "Hôpital Édouard-Herriot|clinique des Tilleuls",
        "hospital_de": "Krankenhaus Barmherzige Brüder|AKH Wien",
        "home_en": "The Willows Residential Home|Elm Court Nursing Home",
        "employer": "Hillside Primary School|Toyota Manufacturing",
        "city": "Leicester|Zaragoza|Toulouse|Winterthur|Linz",
        "street_en": "7B Orchard Close|1180 Sycamore Drive",
        "number": "8820137|H55-10928|2291/7740",
        "phone": "0117 496 0321|655 12 34 56|06.12.34.56.78|0664 1234567|044 668 18 00",
        "plate": "KX65 TYR|W-48213 B|GT-482-HR|ZH 482 113",
        "serial": "7H-229-0041|LX20448813",
        "email": "g.hargreaves@example.com|linh [at] post [dot] ch",
        "dni": "X1234567L",
        "age": "91|95|101",
    },
}
_KINDS = {"family": "name", "given": "name", "city": "place", "number": "record", "dni": "record"}

# No identifier in any of them: nothing may be flagged.
CLEAN: dict[Seed, tuple[str, ...]] = {
    "tuning": (
        "A 54-year-old man with Crohn disease presented with fever of 38.9 for three days.",
        "On day 3 the blood pressure was 120/80 and MRI showed an L4-5 disc protrusion.",
        "Un varón de 47 años con disnea; la TC mostró derrame pleural. Alta el día 5.",
        "Femme de 61 ans, douleur thoracique, troponine à 340 ng/L, sortie à J7.",
        "Ein 70-jähriger Patient mit Hodgkin-Lymphom; Bilirubin 2,3 mg/dl, Besserung an Tag 4.",
    ),
    "test": (
        "A previously well woman in her forties developed Guillain-Barré syndrome in 2019.",
        "She received methotrexate 15 mg weekly; Apgar scores were 8/9/10; GCS 14/15.",
        "Mujer de 35 años con lupus; creatinina 1,8 mg/dl; se inició prednisona 60 mg.",
        "Homme de 28 ans, fièvre au retour de voyage, plaquettes 45 000, évolution favorable.",
        "Eine 58-jährige Frau mit Morbus Basedow; TSH 0,01 mU/l; Therapie mit Thiamazol.",
        "The biopsy (Gleason 4+3) showed invasion; he was treated by the local oncology team.",
    ),
}
HARD: dict[Seed, tuple[str, ...]] = {
    "tuning": (
        "The rash may mark the end; she will rose to stand. May repeat 2023 mg.",
        "ICD-10 E11.9, PMID 31234567, NCT01234567, Hartmann's solution, 1/2 tablet.",
        "Rose bengal stain, Rosewood splint, Will Rogers phenomenon, Glasgow Coma Scale.",
        "Lyme disease after a walk; West Nile virus; Rocky Mountain spotted fever.",
    ),
    "test": (
        "Jackson-Pratt drain and Foley catheter removed; Swan-Ganz readings 12/8/10.",
        "Coxsackie virus, Marburg virus, Lassa fever and Norwalk agent were excluded.",
        "BRCA2 c.5946delT; rs429358; CPT 99213; DOI 10.1000/182; version 2.10.3.",
        "Patient Health Questionnaire 9 was 14; March fracture of the second metatarsal.",
        "Ringer lactate 1000 ml; Bell palsy; Sister Mary Joseph nodule; Baker cyst.",
    ),
}


@dataclass(frozen=True, slots=True)
class LabelledNote:
    """A text and its identifiers as (start, end, kind) in code points."""

    language: str
    text: str
    spans: tuple[tuple[int, int, str], ...]


def notes(seed: Seed, each: int = 12) -> list[LabelledNote]:
    """Every sentence `each` times with other values; the same for the same seed."""
    chance = random.Random(seed)
    return [
        _fill(language, template, POOLS[seed], chance)
        for language, template in TEMPLATES[seed]
        for _ in range(each)
    ]


def _fill(
    language: str, template: str, pools: dict[str, str], chance: random.Random
) -> LabelledNote:
    text, spans = "", []
    for part in re.split(r"(\{\w+\})", template):
        if not part.startswith("{"):
            text += part
            continue
        pool = part[1:-1]
        value = chance.choice(pools[pool].split("|"))
        kind = _KINDS.get(pool, pool.split("_")[0])
        spans.append((len(text), len(text) + len(value), kind))
        text += value
    return LabelledNote(language, text, tuple(spans))
