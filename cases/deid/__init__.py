"""De-identification of pictures and text. Pure Python: no Django, no Celery, no network.

Pictures, each call a stage that the worker makes and the author sees (`cases.deid.images`):

    from cases.deid import images
    from cases.deid.errors import EngineFailed, Refused

    inspection = images.inspect(source, directory)       # decode, write anew, propose boxes
    # inspection.frames: clean PNGs in `directory`, upright; keep them until the author confirms
    # inspection.boxes: Box(frame, x, y, w, h, kind, score) in pixels of the upright frame
    # inspection.removed: kinds of metadata taken out, never values
    preview = images.render_sizes(inspection.frames, directory, (1280,))   # for the author alone
    burned = images.burn(inspection.frames, boxes, result_directory)   # fill in, look again
    # burned.leftovers: what the second look still found; what the author chose to leave is among it
    files = images.render_sizes(burned.frames, result_directory)       # WebP, 480 to 2048 wide

Directories exist beforehand and belong to the caller. `Frame`, `Box` and `Rendition` have `as_json`
and `from_json` for keeping them in a row between two stages; a frame stored elsewhere comes back as
`Frame(new_path, width, height, duration_ms)`. `Refused` is final and its `sentence` is for the
person; `EngineFailed` is ours, and worth another try. Pixels are touched in child processes
only (`cases.deid.sandbox`); nothing a file does harms the caller.

Text (`cases.deid.text`): `scan(text)` gives `Span(start, end, kind, score, replacement)`.

`python -m tools.benchmarks.deid.photograph_cost` prints what a photograph of 12 megapixels costs.
On a busy machine of two cores: 9.5 processor seconds in the warm process for detection, redaction,
verification and renditions; the process holds 210 MB between jobs and 500 MB at most.
"""
