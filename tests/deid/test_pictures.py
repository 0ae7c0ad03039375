"""A picture is decoded without its metadata, redacted, rendered and written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from cases.deid import deidentify_file, images, sandbox
from cases.deid.errors import DeidentificationFailed
from cases.deid.results import Frame, RedactionBox, Rendition
from tests.deid import synthetic_pictures

SECRETS = (
    *(b"ZZMAKER", b"ZZPHONE", b"ZZARTIST", b"ZZCOMMENT", b"ZZSECRET", b"ZZTEST"),
    *(b"2024:03:03", b"ICC_PROFILE", b"http://ns.adobe.com", b"GPSLatitude"),
)


def _secrets_in(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [secret for secret in SECRETS if secret in data]


def _covers(boxes: tuple[RedactionBox, ...], x: int, y: int, frame: int = 0) -> bool:
    return any(b.frame == frame and b.x <= x < b.x + b.w and b.y <= y < b.y + b.h for b in boxes)


def test_photo_from_a_phone_loses_its_metadata_and_its_burned_in_name(tmp_path: Path) -> None:
    photo = synthetic_pictures.write_on(synthetic_pictures.skin(), at=(40, 40), size=36)
    source = synthetic_pictures.save_photo(photo, tmp_path / "photo.jpg")

    inspection = images.inspect(source, tmp_path)
    redacted = images.redact(inspection.frames, inspection.boxes, tmp_path)
    files = images.render_sizes(redacted.frames, tmp_path)

    assert inspection.format == "JPEG"
    assert (inspection.width, inspection.height) == (800, 600)
    assert set(inspection.removed) >= {"location", "camera", "date", "author", "description"}
    assert not any("2024" in kind or "ZZ" in kind for kind in inspection.removed)
    assert _covers(inspection.boxes, 150, 62)
    assert all(box.kind == "text" for box in inspection.boxes)
    assert redacted.remaining_boxes == ()
    assert [file.width for file in files] == [480, 720, 800]
    assert files[0].bytes < 25_000
    for path in [frame.path for frame in (*inspection.frames, *redacted.frames)]:
        assert _secrets_in(path) == []
    for file in files:
        assert _secrets_in(file.path) == []
        with Image.open(file.path) as image:
            assert image.size == (file.width, file.height)
            assert not image.getexif()
            assert set(image.info) <= {"loop", "background", "timestamp", "duration"}


def test_redaction_is_solid_black_in_the_decoded_pixels(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(200, 150), tmp_path)

    redacted = images.redact([frame], [RedactionBox(0, 20, 30, 50, 40)], tmp_path)

    with Image.open(redacted.frames[0].path) as image:
        inside = image.crop((20, 30, 70, 70))
        assert inside.getextrema() == ((0, 0), (0, 0), (0, 0))
        assert image.getpixel((19, 30)) != (0, 0, 0)
        assert image.getpixel((70, 69)) != (0, 0, 0)


def test_box_that_reaches_over_the_edge_is_filled_up_to_the_edge(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(120, 100), tmp_path)

    redacted = images.redact([frame], [RedactionBox(0, -10, 80, 500, 500)], tmp_path)

    with Image.open(redacted.frames[0].path) as image:
        assert image.size == (120, 100)
        assert image.crop((0, 80, 120, 100)).getextrema() == ((0, 0), (0, 0), (0, 0))


def test_box_on_a_frame_that_does_not_exist_raises(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(120, 100), tmp_path)

    with pytest.raises(DeidentificationFailed, match="ValueError"):
        images.redact([frame], [RedactionBox(1, 0, 0, 5, 5)], tmp_path)


def test_verification_reports_text_that_was_left(tmp_path: Path) -> None:
    frame = _frame(
        synthetic_pictures.write_on(synthetic_pictures.skin(), at=(40, 40), size=36), tmp_path
    )

    redacted = images.redact([frame], [], tmp_path)

    assert _covers(redacted.remaining_boxes, 150, 62)


def test_picture_with_exif_orientation_is_turned_upright_first(tmp_path: Path) -> None:
    photo = synthetic_pictures.write_on(synthetic_pictures.skin(), at=(40, 40), size=36)
    source = synthetic_pictures.save_photo(photo.rotate(90, expand=True), tmp_path / "photo.jpg", 6)

    inspection = images.inspect(source, tmp_path)

    assert (inspection.width, inspection.height) == (800, 600)
    assert _covers(inspection.boxes, 150, 62)


def test_text_in_the_third_frame_alone_is_found_there(tmp_path: Path) -> None:
    plain = synthetic_pictures.skin(400, 300)
    stills = [
        plain,
        synthetic_pictures.skin(400, 300, 2),
        synthetic_pictures.write_on(plain, size=30),
        plain,
    ]
    source = tmp_path / "moving.gif"
    stills[0].save(source, save_all=True, append_images=stills[1:], duration=80, loop=0)

    inspection = images.inspect(source, tmp_path)
    redacted = images.redact(inspection.frames, inspection.boxes, tmp_path)
    files = images.render_sizes(redacted.frames, tmp_path)

    assert len(inspection.frames) == 4
    assert inspection.animated
    assert {box.frame for box in inspection.boxes} == {2}
    assert redacted.remaining_boxes == ()
    assert [file.animated for file in files] == [False] * 4 + [True]
    with Image.open(files[-1].path) as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]


def test_every_page_of_a_tiff_is_read(tmp_path: Path) -> None:
    pages = [
        synthetic_pictures.skin(400, 300),
        synthetic_pictures.write_on(synthetic_pictures.skin(500, 400, 2), size=30),
    ]
    source = tmp_path / "pages.tiff"
    pages[0].save(source, save_all=True, append_images=pages[1:], description="ZZTEST")

    inspection = images.inspect(source, tmp_path)

    assert [(f.width, f.height) for f in inspection.frames] == [(400, 300), (500, 400)]
    assert {box.frame for box in inspection.boxes} == {1}
    assert "description" in inspection.removed
    assert not inspection.animated


def test_heic_from_a_phone_is_read(tmp_path: Path) -> None:
    inspection = images.inspect(Path(__file__).parent / "data" / "phone.heic", tmp_path)

    assert inspection.format == "HEIF"
    assert "location" in inspection.removed
    assert _covers(inspection.boxes, 150, 50)
    assert _secrets_in(inspection.frames[0].path) == []


@pytest.mark.parametrize("suffix", ["webp", "avif", "bmp", "png", "tiff", "gif"])
def test_format_is_read_and_written_without_metadata(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / f"picture.{suffix}"
    carries_exif = suffix not in ("bmp", "gif")
    if carries_exif:
        synthetic_pictures.skin(300, 200).save(source, exif=synthetic_pictures.phone_exif())
    else:
        synthetic_pictures.skin(300, 200).save(source)

    inspection = images.inspect(source, tmp_path)

    assert (inspection.width, inspection.height) == (300, 200)
    assert _secrets_in(inspection.frames[0].path) == []
    assert ("camera" in inspection.removed) == carries_exif


def test_text_hidden_under_transparency_does_not_come_along(tmp_path: Path) -> None:
    hidden = synthetic_pictures.write_on(
        Image.new("RGB", (600, 200), "white"), fill="black", size=40
    )
    hidden.putalpha(0)
    source = tmp_path / "hidden.png"
    hidden.save(source)

    inspection = images.inspect(source, tmp_path)

    assert "transparency" in inspection.removed
    with Image.open(inspection.frames[0].path) as image:
        assert image.mode == "RGB"
        assert image.getextrema() == ((255, 255),) * 3


def test_colour_profile_is_applied_and_reported(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = tmp_path / "profile.png"
    synthetic_pictures.skin(200, 150).save(source, icc_profile=profile)

    inspection = images.inspect(source, tmp_path)

    assert inspection.removed == ("colour profile",)
    with Image.open(inspection.frames[0].path) as image:
        assert "icc_profile" not in image.info


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA", "CMYK", "I;16", "I", "F"])
def test_pixels_of_every_kind_become_rgb(mode: str, tmp_path: Path) -> None:
    grey = synthetic_pictures.head_ct(120).convert("L")
    if mode.startswith("I"):
        picture = grey.convert("I").point(lambda value: value * 200)
        picture = picture.convert(mode) if mode == "I;16" else picture
    elif mode in ("LA", "PA"):
        picture = grey.convert("RGBA").convert("LA").convert(mode)
    else:
        picture = grey.convert(mode)
    source = tmp_path / "picture.tiff"
    if mode == "PA":
        source = tmp_path / "picture.png"
        picture = picture.convert("RGBA")
    picture.save(source)

    inspection = images.inspect(source, tmp_path)

    with Image.open(inspection.frames[0].path) as image:
        assert image.mode == "RGB"
        assert max(image.convert("L").tobytes()) > 200


def test_archive_appended_to_a_picture_is_removed(tmp_path: Path) -> None:
    source = synthetic_pictures.save_photo(
        synthetic_pictures.skin(300, 200), tmp_path / "polyglot.jpg"
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as glued:
        glued.writestr("ZZSECRET.txt", "ZZSECRET")
    source.write_bytes(source.read_bytes() + archive.getvalue())

    inspection = images.inspect(source, tmp_path)

    assert "data after the picture" in inspection.removed
    assert _secrets_in(inspection.frames[0].path) == []


def test_text_chunks_of_a_png_are_removed(tmp_path: Path) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Patient", "ZZTEST PATIENT")
    words.add_itxt("XML:com.adobe.xmp", "<x xmlns:exif='exif:GPSLatitude'>ZZSECRET</x>")
    source = tmp_path / "words.png"
    synthetic_pictures.skin(300, 200).save(source, pnginfo=words)

    inspection = images.inspect(source, tmp_path)

    assert set(inspection.removed) >= {"description", "editing history", "location"}
    assert _secrets_in(inspection.frames[0].path) == []


def test_small_pictures_are_never_enlarged(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(300, 200), tmp_path)

    files = images.render_sizes([frame], tmp_path)

    assert [(file.width, file.height) for file in files] == [(300, 200)]


def test_values_are_the_same_after_json() -> None:
    box = RedactionBox(1, 2, 3, 4, 5, "face", 0.5)
    frame = Frame(Path("/a/b.png"), 10, 20, 30)
    rendition = Rendition(Path("/a/c.webp"), 10, 20, 300, animated=True)

    assert RedactionBox.from_json(box.as_json()) == box
    assert Frame.from_json(frame.as_json()) == frame
    assert Rendition.from_json(rendition.as_json()) == rendition
    with pytest.raises(ValueError, match="kind"):
        RedactionBox.from_json({"frame": 0, "x": 0, "y": 0, "w": 1, "h": 1, "kind": "other"})


def test_deidentify_keeps_the_format_and_reports(tmp_path: Path) -> None:
    photo = synthetic_pictures.write_on(synthetic_pictures.skin(), at=(40, 40), size=36)
    source = synthetic_pictures.save_photo(photo, tmp_path / "photo.jpg")
    (tmp_path / "out").mkdir()

    report = deidentify_file.deidentify(source, tmp_path / "out" / "photo.jpg", choose_suffix=True)

    assert report.output.suffix == ".jpg"
    assert report.remaining_boxes == ()
    assert report.as_json()["tags_removed"]
    assert set(report.timings_ms) >= {"decode", "look", "burn", "verify"}
    assert _secrets_in(report.output) == []


def _frame(picture: Image.Image, directory: Path) -> Frame:
    path = directory / "working.png"
    picture.save(path)
    return Frame(path, picture.width, picture.height)


def test_warm_process_is_used_again(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(120, 100), tmp_path)
    images.render_sizes([frame], tmp_path)
    first = sandbox.warm_process_id()

    images.render_sizes([frame], tmp_path)

    assert first is not None
    assert sandbox.warm_process_id() == first
