"""France: `ps-libreacces-personne-activite.txt`, pipe-separated, several rows for each person."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from verification.policy import LicenceStatus, Profession
from verification.registers.parsing import RegisterEntry, RegisterFile, read_rows, unique

KIND = "Type d'identifiant PP"
NUMBER = "Identifiant PP"
FAMILY = "Nom d'exercice"
GIVEN = "Prénom d'exercice"
PROFESSION = "Code profession"
CATEGORY = "Code catégorie professionnelle"
SKILL = "Libellé savoir-faire"
NEEDS = (KIND, NUMBER, FAMILY, GIVEN, PROFESSION, CATEGORY, SKILL)
RPPS = "8"
PHYSICIAN = "10"
STUDENT = "E"


def read_rpps(source: RegisterFile) -> Iterator[RegisterEntry]:
    """One entry for each RPPS number; the published file keeps a person's rows together."""
    rows = (row for row in read_rows(source, needs=NEEDS, delimiter="|") if row[KIND] == RPPS)
    for number, group in groupby(rows, key=lambda row: row[NUMBER]):
        lines = list(group)
        yield RegisterEntry(
            scheme="RPPS",
            number=number,
            given_names=unique(line[GIVEN] for line in lines),
            family_names=unique(line[FAMILY] for line in lines),
            status_text="inscrit",
            licence_status=LicenceStatus.ACTIVE,
            profession=rpps_profession(lines),
            specialties=unique(line[SKILL] for line in lines),
        )


def rpps_profession(lines: list[dict[str, str]]) -> Profession:
    medical = [line for line in lines if line[PROFESSION] == PHYSICIAN]
    if not medical:
        return Profession.OTHER
    if all(line[CATEGORY] == STUDENT for line in medical):
        return Profession.STUDENT
    return Profession.PHYSICIAN
