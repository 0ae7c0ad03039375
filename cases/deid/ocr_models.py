"""The text detector and reader of RapidOCR, loaded once; both take pictures in BGR."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cases.deid.errors import DeidentificationFailed
from cases.deid.text_lines import TextLine

Pixels = NDArray[np.uint8]

MAX_SIDE = 2400
"""Longest side in pixels of a picture that the detector does not scale."""
UPRIGHT_SURE = 0.8
"""What is read less surely is turned upside down and read again."""


@dataclass(frozen=True, slots=True)
class _Models:
    detector: Any
    reader: Any


@cache
def _engine() -> _Models:
    """The OCR models, loaded once. Their paths are given, so that nothing is ever downloaded."""
    try:
        import rapidocr
    except ImportError as missing:
        raise DeidentificationFailed("the text detector (rapidocr) is not installed") from missing
    models = Path(rapidocr.__file__).parent / "models"
    paths = {
        "Det.model_path": models / "PP-OCRv6_det_small.onnx",
        "Cls.model_path": models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
        "Rec.model_path": models / "PP-OCRv6_rec_small.onnx",
    }
    if not all(path.is_file() for path in paths.values()):
        raise DeidentificationFailed("the text detector's models are not installed")
    cv2.setNumThreads(thread_count())
    _runtime()
    engine: Any = rapidocr.RapidOCR(
        params={
            **{name: str(path) for name, path in paths.items()},
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": thread_count(),
            "Det.limit_type": "max",
            "Det.limit_side_len": MAX_SIDE,
            "Det.box_thresh": 0.4,
        }
    )
    loaded = _Models(engine._load_det_model(), engine._load_rec_model())
    # Two views are searched side by side, a thread for each: less work than two threads for one.
    loaded.detector.session.session = inference_session(paths["Det.model_path"], 1)
    loaded.reader.session.session = inference_session(paths["Rec.model_path"], thread_count())
    return loaded


def thread_count() -> int:
    return max(1, min(2, os.cpu_count() or 1))


@cache
def _runtime() -> Any:
    """ONNX Runtime without telemetry: nothing leaves, nothing is written to the home directory.

    It reads the variable when it is imported; from 1.30 on it would record and upload its use.
    Every use of the runtime goes through here, whichever thread comes first.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def inference_session(model: Path, threads: int) -> Any:
    """An ONNX session whose threads sleep while they wait: a third less processor time."""
    runtime = _runtime()
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def load_models() -> None:
    """Load the models now. Raises DeidentificationFailed if one is not installed."""
    _engine()


def detect_lines(view: Pixels, scale: float = 1.0, left: int = 0, top: int = 0) -> list[TextLine]:
    """Lines on a BGR view, in pixels of the picture it is a part of. May be called by threads.

    `scale` is that of the view; `left` and `top` are its place in the picture, in pixels.
    """
    detector = _engine().detector
    sides = [max(32, round(side / 32) * 32) for side in view.shape[:2]]
    blob = cv2.dnn.blobFromImage(view, 1 / 127.5, (sides[1], sides[0]), (127.5, 127.5, 127.5))
    runtime = detector.session.session
    answer = runtime.run(None, {runtime.get_inputs()[0].name: blob})[0]
    quads, scores = detector.postprocess_op(answer, view.shape[:2])
    offset = np.array([left, top], dtype=np.float32)
    return [
        TextLine(np.asarray(quad, dtype=np.float32) / scale + offset, float(score))
        for quad, score in zip(quads, scores, strict=True)
    ]


def scaled(image: Pixels, scale: float) -> Pixels:
    """The picture scaled by a factor, no side under 32 pixels."""
    height, width = image.shape[:2]
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method), dtype=np.uint8)


def read_lines(image: Pixels, lines: Sequence[TextLine]) -> list[tuple[str, float]]:
    """Text and certainty (0 to 1) for each line, upright or upside down, whichever is surer."""
    from rapidocr.ch_ppocr_rec import TextRecInput
    from rapidocr.utils.process_img import get_rotate_crop_image

    if not lines:
        return []
    crops = [get_rotate_crop_image(image, line.quad.copy()) for line in lines]
    reader = _engine().reader
    upright = reader(TextRecInput(img=crops))
    best = [
        (str(text), float(sure)) for text, sure in zip(upright.txts, upright.scores, strict=True)
    ]
    unsure = [place for place, (_, sure) in enumerate(best) if sure < UPRIGHT_SURE]
    if unsure:
        turned = reader(
            TextRecInput(img=[np.ascontiguousarray(crops[n][::-1, ::-1]) for n in unsure])
        )
        for place, text, sure in zip(unsure, turned.txts, turned.scores, strict=True):
            if sure > best[place][1]:
                best[place] = (str(text), float(sure))
    return best
