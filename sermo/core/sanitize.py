"""Members' text as safe HTML: Markdown without raw HTML, cleaned by bleach and then by nh3.

The project was required to use bleach, which has had no security support since 2026-06-05; nh3
is therefore always the last step (docs/design/security.md, HTML sanitising).
"""

from __future__ import annotations

import bleach
import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"https", "http"}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "heading", "lheading", "html_block", "html_inline"]
)


def render_markdown(text: str) -> SafeString:
    """Safe HTML of a member's text: paragraphs, emphasis, lists, quotes, code, links."""
    return clean_html(_markdown.render(text))


def clean_html(html: str) -> SafeString:
    """The allowed tags and links of this HTML; bleach first, and nh3 has the last word."""
    html = bleach.clean(html, tags=TAGS, attributes={"a": ["href"]}, protocols=SCHEMES, strip=True)
    html = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308  # cleaned twice in the lines above
