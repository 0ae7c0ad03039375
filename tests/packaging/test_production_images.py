"""What goes into the production images, and that the web's image lacks nothing it imports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest
from django.conf import settings

from sermo.local_stack import ephemeral
from tools import image_files

IMPORT_EVERYTHING = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{name} is not in this image", name=name)

sys.meta_path.insert(0, Blocked())
import sermo.wsgi
import sermo.celery
from django.contrib import admin
from django.urls import get_resolver

get_resolver().reverse_dict
sermo.celery.app.loader.import_default_modules()
print(len(sermo.celery.app.tasks))
"""


def _names(lock_file: str) -> set[str]:
    text = (settings.BASE_DIR / lock_file).read_text()
    return {_normal(name) for name in re.findall(r"^([\w.-]+)==", text, re.M)}


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _modules(distributions: set[str]) -> set[str]:
    return {
        module
        for module, names in packages_distributions().items()
        if {_normal(name) for name in names} <= distributions
    }


@pytest.fixture
def web_environment() -> dict[str, str]:
    """A deployment's environment, which has no `tools` among its apps."""
    return {"PATH": os.environ["PATH"], **ephemeral.production()} | {
        "DJANGO_SETTINGS_MODULE": "sermo.settings",
        "PYTHONWARNINGS": "ignore",
    }


def _run(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_process_but_the_worker_starts_with_the_packages_of_the_web_image(
    web_environment: dict[str, str],
) -> None:
    installed = {_normal(name) for names in packages_distributions().values() for name in names}
    blocked = _modules(installed - _names("requirements/web.txt")) | {"tools", "tests"}
    assert {"cv2", "onnxruntime", "rapidocr", "pydicom", "numpy", "gdcm", "moto"} <= blocked
    assert not {"django", "PIL", "celery"} & blocked

    done = _run(f"BLOCKED = {blocked!r}\n{IMPORT_EVERYTHING}", web_environment)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


def test_worker_starts_its_libraries_for_pictures_from_its_image(
    web_environment: dict[str, str],
) -> None:
    installed = {_normal(name) for names in packages_distributions().values() for name in names}
    blocked = _modules(installed - _names("requirements/worker.txt")) | {"tools", "tests"}
    modules = ("frame_decoding", "frame_redaction", "dicom_pixels", "ocr_models", "face_detection")
    libraries = "pydicom, gdcm, openjpeg, pi_heif, rapidocr, onnxruntime"
    imports = [f"import {libraries}", *(f"import cases.deid.{name}" for name in modules)]

    done = _run("\n".join([f"BLOCKED = {blocked!r}", IMPORT_EVERYTHING, *imports]), web_environment)

    assert done.returncode == 0, done.stderr


def test_images_have_no_tools_and_no_tests() -> None:
    files = image_files.image_files()
    folders = {path.split("/")[0] for path in files}

    assert folders == {
        *("manage.py", "requirements", "static", "templates"),
        *("accounts", "cases", "polls", "sermo", "verification"),
    }
    assert [path for path in files if "test" in path.split("/")[0] or "/tests/" in path] == []
    assert {"requirements/web.txt", "requirements/worker.txt", "cases/deid/LICENCES.md"} <= set(
        files
    )


@pytest.mark.parametrize(
    ("patterns", "path", "ignored"),
    [
        ("*\n!cases", "cases/models.py", False),
        ("*\n!cases", "tools/apps.py", True),
        ("*\n!cases\ncases/data", "cases/data/names.csv", True),
        ("**/*.pyc", "a/b/c.pyc", True),
        ("**/*.pyc", "c.pyc", True),
        ("*.pyc", "a/c.pyc", False),
        ("**/__pycache__", "a/__pycache__/b", True),
        ("# nothing\n", "a", False),
        ("a?c", "abc", True),
        ("/build/", "build/a", True),
    ],
)
def test_patterns_are_read_as_the_builder_reads_them(
    patterns: str, path: str, ignored: bool
) -> None:
    assert image_files.is_ignored(path, image_files.read_patterns(patterns)) is ignored
