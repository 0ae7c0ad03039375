"""Counts the scripts that HTML runs in a real Chromium that has no policy to stop them."""

from __future__ import annotations

from playwright.sync_api import Page

COUNTER = "<script>window.hits = 0; window.ran = () => { window.hits += 1 }</script>"
# After the load event: what waits for a focus, an animation or a message has run.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))"


def executed(page: Page, html: str) -> int:
    """How many scripts of the HTML ran. Addresses in it are answered with 404."""
    page.set_content(COUNTER + html, wait_until="load")
    page.evaluate(SETTLED)
    return int(page.evaluate("window.hits"))
