"""Attacks by two processes: what thefts share is worked out once, then they are dealt out."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tools.breach_drill import attacks, scoring, verdicts
from tools.breach_drill.attacks import known_values, linking
from tools.breach_drill.combinations import Combination
from tools.breach_drill.verdicts import Truth, Verdict

PROCESSES = min(2, os.cpu_count() or 1)
# Below this many people the work is not worth a second process.
WORTH_IT = 50
Found = dict[str, list[Verdict]]


def attack(folder: Path, combinations: Sequence[Combination]) -> tuple[list[Any], list[Verdict]]:
    """What is wrong in itself, and the verdicts in the order of the combinations."""
    truth: Truth = json.loads((folder / "truth.json").read_text())
    groups = _by_stores(combinations)
    if truth["people"] < WORTH_IT or PROCESSES < 2:
        findings = list(attacks.structure(folder))
        results = [_attack(folder, truth, group) for group in groups]
    else:
        findings, results = _in_parallel(folder, truth, groups)
    by_name = {name: those for part in results for name, those in part.items()}
    return findings, [verdict for c in combinations for verdict in by_name[c.name]]


def _by_stores(combinations: Sequence[Combination]) -> list[list[Combination]]:
    """Thefts of the same stores together, the largest groups first."""
    groups: dict[frozenset[str], list[Combination]] = defaultdict(list)
    for combination in combinations:
        groups[combination.stores].append(combination)
    return sorted(groups.values(), key=lambda group: -len(group) * len(group[0].stores))


def _in_parallel(
    folder: Path, truth: Truth, groups: list[list[Combination]]
) -> tuple[list[Any], list[Found]]:
    """Children are forked twice: with the values of all copies, then with the guessed hashes."""
    fork = multiprocessing.get_context("fork")
    known_values.prepare(folder)
    _ = linking.everything(folder).by_token
    gc.freeze()
    with ProcessPoolExecutor(PROCESSES, mp_context=fork) as pool:
        parts = [
            pool.submit(linking.public_links, folder, part, PROCESSES) for part in range(PROCESSES)
        ]
        structure = pool.submit(attacks.structure, folder)
        linking.LINKED_TOKENS[folder] = [token for part in parts for token in part.result()]
        findings = list(structure.result())
    with ProcessPoolExecutor(PROCESSES, mp_context=fork) as pool:
        tasks = [pool.submit(_attack, folder, truth, group) for group in groups]
        return findings, [task.result() for task in tasks]


def _attack(folder: Path, truth: Truth, group: Sequence[Combination]) -> Found:
    return {combination.name: _judge(combination, folder, truth) for combination in group}


def _judge(combination: Combination, folder: Path, truth: Truth) -> list[Verdict]:
    claims = attacks.run(folder, combination.stores, combination.keys)

    def score(part: Truth) -> list[scoring.Row]:
        return scoring.score(claims, scoring.Truth.from_json(part))

    rows = verdicts.rows_that_count(combination, truth, score)
    return verdicts.judge(combination, rows, truth) + verdicts.reported_rows(
        combination, truth, score
    )
