# ruff: noqa: RUF001 - characters that look alike are among what is tested

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.deid.text import Span, replace_spans, scan

FOUND = [
    ("on 3 March 2024", "3 March 2024", "date"),
    ("Admitted March 3, 2024 with fever", "March 3, 2024", "date"),
    ("03/03/2024", "03/03/2024", "date"),
    ("2024-03-03", "2024-03-03", "date"),
    ("seen 3.3.24 in clinic", "3.3.24", "date"),
    ("el 3 de marzo de 2024", "3 de marzo de 2024", "date"),
    ("le 3 mars 2024", "3 mars 2024", "date"),
    ("am 3. März 2024", "3. März 2024", "date"),
    ("since May 5th", "May 5th", "date"),
    ("in February he", "February", "date"),
    ("12 Dec 2023", "12 Dec 2023", "date"),
    ("3-Mar-2024", "3-Mar-2024", "date"),
    ("on 12/25 she", "12/25", "date"),
    ("03/2024", "03/2024", "date"),
    ("Sept. 2023", "Sept. 2023", "date"),
    ("DOB: 04/05/1931", "04/05/1931", "date"),
    ("a 92-year-old woman", "92", "age"),
    ("94 y/o man", "94", "age"),
    ("mujer de 93 años", "93", "age"),
    ("aged 97", "97", "age"),
    ("ninety-one-year-old", "ninety-one-year-old", "age"),
    ("95M with cough", "95", "age"),
    ("call 555-123-4567", "555-123-4567", "phone"),
    ("(212) 555-0199", "(212) 555-0199", "phone"),
    ("+44 20 7946 0018", "+44 20 7946 0018", "phone"),
    ("06 12 34 56 78", "06 12 34 56 78", "phone"),
    ("07700 900123", "07700 900123", "phone"),
    ("bleep 4432", "4432", "phone"),
    ("john.doe@example.org", "john.doe@example.org", "email"),
    ("john at example dot org", "john at example dot org", "email"),
    ("john [at] example [dot] com", "john [at] example [dot] com", "email"),
    ("see https://example.org/p/1?x=2.", "https://example.org/p/1?x=2", "url"),
    ("www.example.com/foo", "www.example.com/foo", "url"),
    ("192.168.10.44", "192.168.10.44", "ip"),
    ("123-45-6789", "123-45-6789", "ssn"),
    ("MRN 1234567", "1234567", "record"),
    ("MRN: AB-12345", "AB-12345", "record"),
    ("hospital number K123456", "K123456", "record"),
    ("record no. 44-55123", "44-55123", "record"),
    ("accession #A20-3344", "A20-3344", "record"),
    ("NHC 334455", "334455", "record"),
    ("Fallnummer 2024-11234", "2024-11234", "record"),
    ("ID 99887766", "99887766", "record"),
    ("Fax no. +49 30 1234567", "+49 30 1234567", "fax"),
    ("Policy number ABC-998877", "ABC-998877", "plan"),
    ("Versichertennummer A123456789", "A123456789", "plan"),
    ("driver's license D1234567", "D1234567", "licence"),
    ("numéro de permis 12AB34567", "12AB34567", "licence"),
    ("Mr Smith", "Smith", "name"),
    ("Mrs. O'Brien", "O'Brien", "name"),
    ("Dr. Jane Q. Public", "Jane Q. Public", "name"),
    ("patient John Doe presented", "John Doe", "name"),
    ("Patient: ZZTEST PATIENT", "ZZTEST PATIENT", "name"),
    ("Señora García", "García", "name"),
    ("Frau Müller", "Müller", "name"),
    ("her husband Carlos said", "Carlos", "name"),
    ("referred by Anita Patel", "Anita Patel", "name"),
    ("Maria Lopez was well", "Maria Lopez", "name"),
    ("J\u200bohn.doe@exa\u200bmple.org", "J\u200bohn.doe@exa\u200bmple.org", "email"),
    ("ＭＲＮ １２３４５６７", "１２３４５６７", "record"),
    ("Mr Ѕmіth", "Ѕmіth", "name"),
    ("St Mary's Hospital", "St Mary's Hospital", "place"),
    ("12 Acacia Avenue", "12 Acacia Avenue", "place"),
    ("DNI 12345678Z", "12345678Z", "record"),
    ("NHS number 943 476 5919", "943 476 5919", "record"),
    ("2001:db8::ff00:42:8329", "2001:db8::ff00:42:8329", "ip"),
    ("Name: doe, jane", "doe, jane", "name"),
    ("@drexample on twitter", "@drexample", "account"),
    ("20240303", "20240303", "date"),
    ("seine Tochter Lotte rief an", "Lotte", "name"),
    ("Firmado: Dra. Robledo", "Robledo", "name"),
    ("Kennzeichen M-XY 4321", "M-XY 4321", "vehicle"),
    ("serial number PMK-7782-331", "PMK-7782-331", "device"),
    ("she lives in Ludlow alone", "Ludlow", "place"),
    ("at Oakwood Nursing Home", "Oakwood Nursing Home", "institution"),
    ("im Klinikum Großhadern", "Klinikum Großhadern", "institution"),
    ("on Boxing Day", "Boxing Day", "date"),
    ("geb. 8.11.1950", "8.11.1950", "date"),
]

CLEAN = [
    "BP 120/80 mmHg, HR 88, SpO2 91 %, RR 22, temp 38.5",
    "T2-weighted FLAIR sequences and L4/5 disc protrusion",
    "Crohn disease, Parkinson disease, Hashimoto thyroiditis",
    "GCS 3/15, power 4/5 in the left arm, reflexes 2+",
    "amoxicillin 500 mg 3 times a day for 7 days",
    "Hb 12.4 g/dL, WBC 11.2 x10^9/L, platelets 234 000",
    "a 62-year-old man with chest pain",
    "NYHA class III, mRS 2, Child-Pugh B8",
    "TNM pT2N1M0; Gleason 3+4=7",
    "Guidelines advise screening over 90 years",
    "sensitivity 95 % (95 % CI 92-97)",
    "NCT01234567 and PMID 12345678",
    "1:80 titre, ratio 3/4, dose 10-12-14 mg",
    "The patient may 10 mg; may be repeated in 3 days",
    "fever of 101 F, temp 95 F",
    "Patient Presentation and Physical Examination",
    "v2.3.1 of the software, section 3.2.14",
    "INR 2-3; potassium 3.4-4.5 mmol/L",
    "ejection fraction 35-40 %",
    "CK 12500 U/L, ferritin 10000 ng/mL",
    "HLA-B27 positive, CD4 count 240/mm3, IL-6",
    "He walks 400 m; VAS 7/10; 20/40 vision OD",
    "8/10/12 weeks of gestation",
    "in 2019 she had surgery",
    "Babinski sign positive; Murphy's sign",
    "BRCA1 c.5266dupC p.Gln1756fs; rs1234567",
    "local University Hospital, the Emergency Department Clinic",
    "prednisolone 60-40-20 mg taper",
    "PaO2/FiO2 150; pH 7.32; HCO3 18",
    "CT at 10:30 and MRI next day; follow up 6/12",
    "2 weeks ago; 3 days ago",
    "Sr creatinine 1.4; Patient denies fever; Patient Denies Smoking",
    "C5/6, T12/L1, 12/12/12 months? no",
    "viral load 1234567 copies/mL",
    "echo: EF 55%, E/A 0.8, RVSP 35",
    "ASA 81 mg, vitamin D 2000 IU, ceftriaxone 2 g q24h",
    "Wells score 4.5, CHA2DS2-VASc 4, qSOFA 2/3",
    "Mini-Mental 24/30, APGAR 8/9/10, 3x3 cm",
    "lactate 4.1, CRP 210, procalcitonin 12",
    "Christmas disease, a patient from Spain, born in Germany",
    "on the 5th percentile, fracture of the 3rd metatarsal",
]


def _kinds(text: str) -> dict[str, str]:
    return {text[span.start : span.end]: span.kind for span in scan(text)}


@pytest.mark.parametrize(("text", "identifier", "kind"), FOUND)
def test_identifier_is_found_exactly(text: str, identifier: str, kind: str) -> None:
    assert _kinds(text).get(identifier) == kind


@pytest.mark.parametrize("text", CLEAN)
def test_clinical_sentence_stays_as_it_is(text: str) -> None:
    assert _kinds(text) == {}


def test_first_date_is_day_0_and_others_count_from_it() -> None:
    text = (
        "Admitted on 3 March 2024, worse on 10 March 2024; seen 01/04/2024, 25/04/2024 and "
        "before that on 28 February 2024."
    )

    words = [span.replacement for span in scan(text)]

    assert words == ["day 0", "day 7", "day 29", "day 53", "day -4"]


def test_date_that_may_be_read_two_ways_gets_no_false_distance() -> None:
    words = [span.replacement for span in scan("On 3 March 2024, then 04/05/2024.")]

    assert words == ["day 0", "[date removed]"]


def test_date_of_birth_is_no_point_of_the_story() -> None:
    words = [span.replacement for span in scan("DOB: 03/04/1940. Admitted 3 March 2024.")]

    assert words == ["[date of birth removed]", "day 0"]


def test_age_over_89_becomes_90_or_older() -> None:
    text = "A 93-year-old woman, her son aged 61."

    assert replace_spans(text, scan(text)) == "A 90 or older-year-old woman, her son aged 61."


def test_replaced_text_holds_none_of_what_was_found() -> None:
    text = "Mr Smith (MRN 1234567, john@example.org, 555-123-4567) came on 3 March 2024."

    clean = replace_spans(text, scan(text))

    for secret in ("Smith", "1234567", "john", "example", "555", "March", "2024"):
        assert secret not in clean


@given(
    st.text(alphabet=st.sampled_from("aZ1 .-/@\u200bé１Ѕ\n:#+("), max_size=80)
    | st.text(max_size=80)
)
@settings(max_examples=300, deadline=None)
def test_spans_are_ordered_disjoint_and_within_the_text(text: str) -> None:
    spans = scan(text)

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    assert all(0 < span.score <= 1 and span.replacement for span in spans)


IDENTIFIERS = st.sampled_from(
    ["3 March 2024", "2024-03-03", "john.doe@example.org", "555-123-4567", "MRN 1234567"]
)


@given(st.text(max_size=30), IDENTIFIERS, st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_identifier_between_lines_of_anything_is_covered(
    before: str, identifier: str, after: str
) -> None:
    text = f"{before}\n\n{identifier}\n\n{after}"
    start = len(before) + 2
    if identifier.startswith("MRN"):
        start += 4
    end = len(before) + 2 + len(identifier)

    assert any(span.start <= start and end <= span.end for span in scan(text))


@given(IDENTIFIERS, st.integers(min_value=1, max_value=7))
@settings(max_examples=60, deadline=None)
def test_invisible_and_wide_characters_hide_nothing(identifier: str, every: int) -> None:
    hidden = "".join(
        _wide(letter) + ("\u200b" if place % every == 0 else "")
        for place, letter in enumerate(identifier)
    )
    plain = scan(f"x\n{identifier}\ny")

    found = scan(f"x\n{hidden}\ny")

    assert [span.kind for span in found] == [span.kind for span in plain]
    assert found[-1].end >= 2 + len(hidden.rstrip("\u200b"))


def _wide(letter: str) -> str:
    return chr(ord(letter) + 0xFEE0) if letter.isdigit() else letter


def test_two_thousand_words_take_well_under_a_second() -> None:
    sentences = [text for text, _, _ in FOUND] + CLEAN
    text = " ".join(" ".join(sentences * 10).split()[:2000])
    scan(text)

    started = time.process_time()
    scan(text)

    # tools.benchmarks.deid.note_recall measures the limit of 50 ms; a busy machine must not fail.
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "unit", ["a.", "1-", "Aa-", "A", "1", "a", ".", "1 ", "John ", "a@", "+1 ("]
)
def test_no_text_makes_the_scan_slow(unit: str) -> None:
    text = unit * (20_000 // len(unit))

    started = time.process_time()
    scan(text)

    # Catastrophic backtracking takes minutes; a busy machine must not fail the build.
    assert time.process_time() - started < 15


def test_span_is_a_plain_value() -> None:
    span = Span(0, 4, "date", 0.9, "day 0")

    assert span.as_json() == {
        "start": 0,
        "end": 4,
        "kind": "date",
        "score": 0.9,
        "replacement": "day 0",
    }
