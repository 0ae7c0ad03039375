"""De-identification of pictures and text. No Django, no Celery, no network.

Pictures (`cases.deid.images`): each call is a stage that the worker runs and the author reviews.

    from cases.deid import images
    from cases.deid.errors import DeidentificationFailed, FileRefused

    inspection = images.inspect(source, directory)     # decode, propose redactions
    # inspection.frames: clean PNG files in `directory`, upright; kept until the author confirms
    # inspection.boxes: RedactionBox(frame, x, y, w, h, kind, score) in pixels of the upright frame
    # inspection.removed: kinds of metadata that were left behind, never values
    preview = images.render_sizes(inspection.frames, directory, (1280,))   # for the author alone
    redacted = images.redact(inspection.frames, boxes, result_directory)   # fill in, search again
    # redacted.remaining_boxes: what is still detected, what the author chose to leave included
    files = images.render_sizes(redacted.frames, result_directory)         # WebP, 480 to 2048 wide

Directories exist before the call and belong to the caller. `Frame`, `RedactionBox` and `Rendition`
have `as_json` and `from_json`, so that a row can store them between two stages; a frame stored
elsewhere comes back as `Frame(new_path, width, height, duration_ms)`. `FileRefused` is final, and
its `sentence` is for the person; after `DeidentificationFailed`, which is our fault, another try
may help. Pixels are touched in child processes only (`cases.deid.sandbox`), so that nothing in a
file harms the caller.

Text (`cases.deid.text`): `scan(text)` returns `Span(start, end, kind, score, replacement)`.

`python -m tools.benchmarks.deid.photograph_cost` prints what a photograph of 12 megapixels costs.
On a busy machine of two cores: 9.5 processor seconds in the warm process for detection, redaction,
verification and renditions; the process holds 210 MB between jobs and 500 MB at most.
"""
