"""The simulated months: people, their browsers, a clock that is moved, and a diary of the truth."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """Argon2id at its minimum cost."""

    time_cost, memory_cost, parallelism = 1, 8, 1
