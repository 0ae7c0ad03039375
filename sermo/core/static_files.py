"""Static files with hashed names, and the stylesheet bundled into one file.

`static/css/app.css` imports one file for each component. If it were served like that, a browser
would load app.css first and then 70 more files. So `collectstatic` replaces each import by the text
of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/app.css"
_IMPORT = re.compile(
    r'^@import url\("(?P<path>[^"]+)"\) layer\((?P<layer>[\w-]+)\);$', re.MULTILINE
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"\n\s*")


# WhiteNoise ships no types.
class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Bundles css/app.css before names are hashed and files compressed."""

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Bundle, then hash and compress. `paths`: file name to its storage and its path there."""
        if STYLESHEET in paths and not dry_run:

            def read(name: str) -> str:
                storage, path = paths[name]
                with storage.open(path) as file:
                    content: bytes = file.read()
                return content.decode()

            css, imported = bundle_stylesheet(read)
            memory = InMemoryStorage()
            memory.save(STYLESHEET, ContentFile(css.encode()))
            for name in imported:
                self.delete(name)
            remaining = {name: paths[name] for name in paths if name not in imported}
            paths = remaining | {STYLESHEET: (memory, STYLESHEET)}
        yield from super().post_process(paths, dry_run=dry_run, **options)


def bundle_stylesheet(read: Callable[[str], str]) -> tuple[str, list[str]]:
    """app.css with the text of its imports, without comments and indents; the imports' names.

    `read` returns the text of a static file. Raises what `read` raises for an unknown file.
    """
    imported: list[str] = []

    def inline(match: re.Match[str]) -> str:
        name = str(PurePosixPath(STYLESHEET).parent / match["path"])
        imported.append(name)
        return f"@layer {match['layer']} {{\n{read(name)}\n}}"

    css = _IMPORT.sub(inline, read(STYLESHEET))
    return _INDENT.sub("\n", _COMMENT.sub("", css)), imported
