"""Updates databases, vocabulary, demo content and static files, in one Django process.

A step is skipped if there is nothing to do. After an interruption, the next start repeats the step.
Run by `sermo.local_stack.run`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sermo.local_stack.child_processes import print_line
from sermo.local_stack.paths import default_local, project


def main() -> None:
    """Migrate both databases, fill them on the first start, collect static files."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
    import django

    django.setup()
    from django.conf import settings

    completed = CompletedSteps(default_local() / "prepared.json")
    for store in ("identity", "default"):
        _migrate(store)
    cluster = _cluster()
    if settings.SERMO_ENV != "test":
        _load_vocabulary(completed, cluster)
    if settings.SERMO_ENV == "demo":
        _run_if_changed(
            completed,
            "registers",
            cluster,
            "loading sample registers",
            "import_register",
            samples=True,
        )
        _run_if_changed(completed, "demo", cluster, "inventing people and cases", "seed_demo")
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    bundler = project() / "sermo/core/static_files.py"
    sources = (*map(Path, settings.STATICFILES_DIRS), project() / "requirements.txt", bundler)
    static = _fingerprint(sources)
    if not manifest.exists():
        completed.forget("static")
    options = {"interactive": False, "verbosity": 0}
    _run_if_changed(
        completed, "static", static, "collecting static files", "collectstatic", **options
    )


def _load_vocabulary(completed: CompletedSteps, cluster: str) -> None:
    vocabulary = _fingerprint((project() / "polls" / "vocabulary", project() / "polls" / "data"))
    _run_if_changed(
        completed,
        "vocabulary",
        f"{cluster} {vocabulary}",
        "loading the vocabulary",
        "load_vocabulary",
    )


class CompletedSteps:
    """The steps that succeeded, and the content for which they ran; stored in a JSON file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self.done: dict[str, str] = json.loads(file.read_text())
        except (OSError, ValueError):
            self.done = {}

    def set(self, name: str, value: str) -> None:
        """Record that the step succeeded for this content."""
        self.done[name] = value
        self._write()

    def forget(self, name: str) -> None:
        """Let the step run again."""
        if self.done.pop(name, None):
            self._write()

    def _write(self) -> None:
        new_file = self.file.with_suffix(".new")
        new_file.write_text(json.dumps(self.done))
        new_file.rename(self.file)


def _cluster() -> str:
    """The identifier of the database cluster: a new cluster is filled again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        return str(cursor.fetchone()[0])


def _migrate(store: str) -> None:
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections[store])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        _timed(
            f"migrating the {'community' if store == 'default' else store} store",
            lambda: call_command("migrate", database=store, interactive=False, verbosity=0),
        )


def _run_if_changed(
    completed: CompletedSteps, name: str, content: str, step: str, command: str, **options: object
) -> None:
    """Call the command unless it already succeeded for this content."""
    from django.core.management import call_command, get_commands

    if command not in get_commands() or completed.done.get(name) == content:
        return
    _timed(step, lambda: call_command(command, stdout=io.StringIO(), **options))
    completed.set(name, content)


def _timed(step: str, function: Callable[[], object]) -> None:
    print_line(f"{step} …")
    begun = time.monotonic()
    function()
    print_line(f"{step}: {time.monotonic() - begun:.1f} s")


def _fingerprint(paths: Iterable[Path]) -> str:
    """A digest that changes when a file below the paths is added, removed or written."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                facts = file.stat()
                digest.update(f"{file} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
