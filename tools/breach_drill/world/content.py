"""What people write and photograph: made of parts, with traces that must never come through."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from sermo.core import specialties
from tools.breach_drill.world.people import Chance, Person

OPENINGS = (
    "I would look for",
    "My first thought was",
    "Have you considered",
    "We once saw something like",
    "It does not fit well with",
    "Before anything else I would rule out",
    "I am not sure about",
    "That pattern makes me think of",
    "In our clinic we would start with",
    "Do not forget",
)
FINDINGS = (
    "a drug reaction",
    "an early infection",
    "a paraneoplastic picture",
    "thyroid disease",
    "a nutritional deficiency",
    "a vascular cause",
    "an autoimmune flare",
    "a mechanical problem",
    "sarcoid",
    "an occult fracture",
    "a masked embolism",
    "adrenal failure",
    "a slow bleed",
)
KINDS = ("an early", "a late", "a mild", "some", "a silent", "a rare form of", "a first bout of")
ENDINGS = (
    "and repeat the bloods.",
    "but the timing is odd.",
    "given the examination.",
    "although the film is quiet.",
    "and ask about travel.",
    "because the course is so slow.",
    "then stop and think again.",
    "if the ultrasound agrees.",
    "and involve the family.",
)
COMPLAINTS = (
    "Fatigue and weight loss",
    "A rash that comes and goes",
    "Pain in the flank",
    "Swollen ankles",
    "A cough that stays",
    "Double vision",
    "Fainting on standing",
)
OPTIONS = (
    "Sarcoidosis",
    "Lymphoma",
    "Tuberculosis",
    "Addison disease",
    "Amyloidosis",
    "Endocarditis",
    "Giant cell arteritis",
    "Haemochromatosis",
)


def remark(person: Person, chance: Chance) -> str:
    """Two or three sentences; everybody has turns of phrase of their own."""
    own = Chance(person.number)
    favourites = own.sample(OPENINGS, 3), own.sample(ENDINGS, 3)
    sentences = []
    for _ in range(chance.randint(2, 3)):
        begin = chance.choice(favourites[0] if chance.share(0.6) else OPENINGS)
        end = chance.choice(favourites[1] if chance.share(0.6) else ENDINGS)
        finding = chance.choice(FINDINGS).removeprefix("a ").removeprefix("an ")
        sentences.append(f"{begin} {chance.choice(KINDS)} {finding} {end}")
    return " ".join(sentences)


def case(person: Person, chance: Chance) -> dict[str, str]:
    """The fields of the composer that this author fills in."""
    options = chance.sample(OPTIONS, 3)
    # Authors mostly ask another specialty than their own.
    specialty = person.specialty if chance.share(0.2) else chance.choice(specialties.CHOICES)[0]
    return {
        "preset": "diagnosis",
        "specialty_1": specialty,
        "complaint": chance.choice(COMPLAINTS),
        "history": remark(person, chance),
        "examination": remark(person, chance),
        "age_band": "40-49",
        "sex": chance.choice("fm"),
        **{f"option_{n}": option for n, option in enumerate(options, start=1)},
    }


def photograph(canary: str, chance: Chance) -> io.BytesIO:
    """A picture as a telephone makes it: place, owner and time in its metadata, a telling name."""
    picture = Image.new("RGB", (320, 240), (200 + chance.randint(0, 40), 170, 150))
    pen = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y, r = chance.randint(20, 300), chance.randint(20, 220), chance.randint(5, 40)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(150 + chance.randint(0, 60), 60, 60))
    exif = Image.Exif()
    exif[0x013B] = exif[0x8298] = exif[0x010E] = canary  # artist, copyright, description
    exif[0x0132] = "2026:03:03 10:11:12"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 1.0), 3: "W", 4: (0.0, 7.0, 1.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=90)
    out.seek(0)
    out.name = f"{canary}.jpg"
    return out
