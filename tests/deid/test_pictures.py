from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFilter, PngImagePlugin

from cases.deid import deidentify_file, face_detection, images, limits, sandbox
from cases.deid.errors import DeidentificationFailed, FileRefused
from cases.deid.results import Frame, RedactionBox, Rendition
from cases.deid.text_lines import Detection
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
    burned = images.redact(inspection.frames, inspection.boxes, tmp_path)
    files = images.render_sizes(burned.frames, tmp_path)

    assert inspection.format == "JPEG"
    assert (inspection.width, inspection.height) == (800, 600)
    assert set(inspection.removed) >= {"location", "camera", "date", "author", "description"}
    assert not any("2024" in kind or "ZZ" in kind for kind in inspection.removed)
    assert _covers(inspection.boxes, 150, 62)
    assert all(box.kind == "text" for box in inspection.boxes)
    assert burned.remaining_boxes == ()
    assert [file.width for file in files] == [480, 720, 800]
    assert files[0].bytes < 25_000
    for path in [frame.path for frame in (*inspection.frames, *burned.frames)]:
        assert _secrets_in(path) == []
    for file in files:
        assert _secrets_in(file.path) == []
        with Image.open(file.path) as image:
            assert image.size == (file.width, file.height)
            assert not image.getexif()
            assert set(image.info) <= {"loop", "background", "timestamp", "duration"}


def test_redaction_is_solid_black_in_the_decoded_pixels(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(200, 150), tmp_path)

    burned = images.redact([frame], [RedactionBox(0, 20, 30, 50, 40)], tmp_path)

    with Image.open(burned.frames[0].path) as image:
        inside = image.crop((20, 30, 70, 70))
        assert inside.getextrema() == ((0, 0), (0, 0), (0, 0))
        assert image.getpixel((19, 30)) != (0, 0, 0)
        assert image.getpixel((70, 69)) != (0, 0, 0)


def test_box_that_reaches_over_the_edge_is_filled_up_to_the_edge(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(120, 100), tmp_path)

    burned = images.redact([frame], [RedactionBox(0, -10, 80, 500, 500)], tmp_path)

    with Image.open(burned.frames[0].path) as image:
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

    burned = images.redact([frame], [], tmp_path)

    assert _covers(burned.remaining_boxes, 150, 62)


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
    burned = images.redact(inspection.frames, inspection.boxes, tmp_path)
    files = images.render_sizes(burned.frames, tmp_path)

    assert len(inspection.frames) == 4
    assert inspection.animated
    assert {box.frame for box in inspection.boxes} == {2}
    assert burned.remaining_boxes == ()
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


@pytest.mark.parametrize("turned", [0, 90, 180, 270, 25])
@pytest.mark.parametrize("person", [0, 1, 2])
def test_face_is_covered_whichever_way_up(person: int, turned: int) -> None:
    photo, truth = synthetic_pictures.portrait(person, turned=turned)

    found = face_detection.find_faces(np.asarray(photo))

    assert _covered(found, truth) > 0.95
    assert sum(face.w * face.h for face in found) < 0.6 * photo.width * photo.height


def test_face_under_a_mask_in_grey_in_a_corner_of_a_large_photo_is_covered() -> None:
    photo, truth = synthetic_pictures.portrait(3, masked=True)
    room = synthetic_pictures.skin(2400, 1800, 4)
    room.paste(photo.convert("L").convert("RGB").resize((200, 240)), (2100, 1400))
    scale = 200 / photo.width
    place = tuple(round(value * scale) for value in truth)
    there = (2100 + place[0], 1400 + place[1], 2100 + place[2], 1400 + place[3])

    found = face_detection.find_faces(np.asarray(room))

    assert _covered(found, there) > 0.9
    assert sum(face.w * face.h for face in found) < 0.02 * 2400 * 1800


def _covered(found: list[Detection], truth: tuple[int, int, int, int]) -> float:
    left, top, right, bottom = truth
    mask = np.zeros((bottom, right), dtype=bool)
    for box in found:
        rows = slice(max(0, round(box.y)), max(0, round(box.y + box.h)))
        mask[rows, max(0, round(box.x)) : max(0, round(box.x + box.w))] = True
    return float(mask[top:, left:].mean())


@pytest.mark.parametrize("name", ["skin", "retina", "head_ct", "ecg"])
def test_clean_clinical_picture_is_not_redacted_in_its_centre(name: str, tmp_path: Path) -> None:
    picture: Image.Image = getattr(synthetic_pictures, name)()
    frame = _frame(picture, tmp_path)

    found = images.propose_boxes([frame])

    lost = sum(box.w * box.h for box in found) / (frame.width * frame.height)
    assert lost < 0.05


@pytest.mark.parametrize("shape", [(3, 15, 20, 6), (3, 20, 15, 4)])
def test_annular_lesion_is_not_text_nor_are_the_surroundings_of_a_redaction_on_it(
    shape: tuple[int, int, int, int], tmp_path: Path
) -> None:
    frame = _frame(synthetic_pictures.rings(*shape), tmp_path)

    found = images.propose_boxes([frame])
    burned = images.redact([frame], [RedactionBox(0, 370, 270, 60, 60)], tmp_path)

    assert found == []
    assert burned.remaining_boxes == ()


def test_row_of_rings_is_not_text_before_or_after_redaction(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.rings_in_a_row(), tmp_path)

    found = images.propose_boxes([frame])
    burned = images.redact([frame], found, tmp_path)

    assert len(found) == 1
    assert burned.remaining_boxes == ()


def test_small_letters_in_a_large_photo_are_found(tmp_path: Path) -> None:
    frame = _frame(
        synthetic_pictures.write_on(synthetic_pictures.skin(3000, 2250), at=(1400, 2100), size=36),
        tmp_path,
    )

    found = tuple(images.propose_boxes([frame]))

    assert _covers(found, 1480, 2122)


def test_largest_picture_full_of_letters_and_grain_is_searched(tmp_path: Path) -> None:
    plain = synthetic_pictures.write_on(synthetic_pictures.skin(1000, 1000), at=(60, 60), size=90)
    grain = np.random.default_rng(3).integers(-25, 26, (1000, 1000, 3), dtype=np.int16)
    grainy = np.clip(np.asarray(plain).astype(np.int16) + grain, 0, 255).astype(np.uint8)
    side = int(limits.PIXELS**0.5) // 1000
    Image.fromarray(np.tile(grainy, (side, side, 1))).save(tmp_path / "full.jpg", quality=80)

    inspection = images.inspect(tmp_path / "full.jpg", tmp_path)

    assert (inspection.width, inspection.height) == (side * 1000, side * 1000)
    assert all(_covers(inspection.boxes, 150 + 1000 * n, 110 + 1000 * n) for n in range(side))


def test_text_up_and_down_and_upside_down_is_found(tmp_path: Path) -> None:
    picture = synthetic_pictures.write_on(
        synthetic_pictures.skin(900, 700), at=(30, 120), size=32, turned=90
    )
    picture = synthetic_pictures.write_on(picture, at=(300, 600), size=32, turned=180)
    frame = _frame(picture, tmp_path)

    found = tuple(images.propose_boxes([frame]))

    assert _covers(found, 50, 250)
    assert _covers(found, 420, 622)


def test_text_across_a_curve_is_found_and_the_curve_is_kept(tmp_path: Path) -> None:
    strip = synthetic_pictures.write_on(
        synthetic_pictures.ecg(), at=(300, 62), size=20, fill="black"
    )
    frame = _frame(strip, tmp_path)

    found = images.propose_boxes([frame])

    assert _covers(tuple(found), 380, 78)
    assert sum(box.w * box.h for box in found) < 0.04 * frame.width * frame.height


def test_blurred_line_on_blurred_colours_is_found_without_the_whole_picture(tmp_path: Path) -> None:
    skin = synthetic_pictures.skin(800, 600, seed=2)
    written = synthetic_pictures.write_on(
        skin, "MRN 00012345", (31, 341), size=26, fill=(85, 50, 50)
    )
    written.filter(ImageFilter.GaussianBlur(3)).save(tmp_path / "blurred.png")

    boxes = images.inspect(tmp_path / "blurred.png", tmp_path).boxes

    assert _covers(boxes, 60, 355)
    assert _covers(boxes, 165, 355)
    assert all(box.h < 80 for box in boxes)


def test_line_that_continues_on_dark_ground_is_covered_to_its_end(tmp_path: Path) -> None:
    picture = Image.new("RGB", (800, 600), (214, 170, 150))
    picture.paste((84, 52, 42), (300, 0, 800, 600))
    shown = synthetic_pictures.write_on(picture, "Zz Hospital Ward 7", (60, 280), 34, (15, 15, 15))
    frame = _frame(shown.filter(ImageFilter.GaussianBlur(2)), tmp_path)

    found = tuple(images.propose_boxes([frame]))

    assert _covers(found, 120, 298)
    assert _covers(found, 330, 298)


def test_boxes_end_close_to_the_letters(tmp_path: Path) -> None:
    shown = synthetic_pictures.write_on(
        synthetic_pictures.skin(), "ZZTEST", (100, 60), 120, "black"
    )
    ink = shown.convert("L").point(lambda value: 255 * (value < 40)).getbbox()
    frame = _frame(shown, tmp_path)

    found = images.propose_boxes([frame])

    assert ink is not None
    needed = (ink[2] - ink[0]) * (ink[3] - ink[1])
    assert _covers(tuple(found), (ink[0] + ink[2]) // 2, (ink[1] + ink[3]) // 2)
    assert sum(box.w * box.h for box in found) < 1.4 * needed


def test_small_pictures_are_never_enlarged(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(300, 200), tmp_path)

    files = images.render_sizes([frame], tmp_path)

    assert [(file.width, file.height) for file in files] == [(300, 200)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable"),
        (b"hello, this is a text", "unreadable"),
        (b"%PDF-1.7\n", "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 400, "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 300, "unreadable"),
    ],
)
def test_file_that_is_no_picture_is_refused_in_one_sentence(
    content: bytes, code: str, tmp_path: Path
) -> None:
    source = tmp_path / "file.jpg"
    source.write_bytes(content)

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == code
    assert refusal.value.sentence.count(".") == 1
    assert "file.jpg" not in refusal.value.sentence


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "tiff"])
def test_truncated_file_is_refused(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / f"picture.{suffix}"
    synthetic_pictures.noise(400, 300).save(source)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code in ("damaged", "unreadable")


def test_decompression_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    source = tmp_path / "bomb.png"
    source.write_bytes(_png(60_000, 60_000, zlib.compress(b"\0" * 1000)))

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == "too_many_pixels"


def test_png_text_bomb_is_refused(tmp_path: Path) -> None:
    blown_up = zlib.compress(b"A" * 80_000_000, 9)
    chunk = _chunk(b"zTXt", b"Comment\0\0" + blown_up)
    source = tmp_path / "bomb.png"
    source.write_bytes(_png(64, 64, zlib.compress(b"\0" * (64 * 193)), chunk))

    with pytest.raises(FileRefused):
        images.inspect(source, tmp_path)


def test_too_many_frames_are_refused(tmp_path: Path) -> None:
    stills = [Image.new("L", (16, 16), number % 256) for number in range(limits.FRAMES + 1)]
    source = tmp_path / "long.gif"
    stills[0].save(source, save_all=True, append_images=stills[1:], duration=20)

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == "too_many_frames"


def test_file_over_the_size_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    source = tmp_path / "huge.jpg"
    with source.open("wb") as sparse:
        sparse.truncate(limits.FILE_BYTES + 1)

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == "file_too_big"


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


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, pixels: bytes, extra: bytes = b"") -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def test_warm_process_is_used_again(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.skin(120, 100), tmp_path)
    images.render_sizes([frame], tmp_path)
    first = sandbox.warm_process_id()

    images.render_sizes([frame], tmp_path)

    assert first is not None
    assert sandbox.warm_process_id() == first
