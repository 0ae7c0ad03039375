from __future__ import annotations

from verification.pipeline.checks.own import not_configured
from verification.pipeline.checks.registers import nppes_from_file

nppes = nppes_from_file
masterfile = not_configured
device = not_configured
idology = not_configured
questions = not_configured
