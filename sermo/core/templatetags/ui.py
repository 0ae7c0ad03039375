"""The few tags the site's own elements need; loaded in every template (settings: builtins)."""

from __future__ import annotations

import uuid
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django import template
from django.forms import BoundField
from django.forms import widgets as w
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import resolve, reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

register = template.Library()

SPRITE = "vendor/lucide-1.62.0/sprite.svg"
# JavaScript modules that ui.js loads where a page uses them. Static file names are hashed, so the
# page passes their URLs.
MODULES = (
    "autosave",
    "background",
    "combobox",
    "device-check",
    "image-viewer",
    "length",
    "ranked-list",
    "redaction-canvas",
    "redaction-editor",
    "shortcuts",
    "uploader",
    "webauthn",
)
# Texts of the JavaScript modules. They are here so that they are translated with all others.
MESSAGES = {
    "addRedaction": _("Add a box"),
    "changed": _("This was changed meanwhile. Copy your words if you need them, and reload."),
    "checking": _("Being checked"),
    "close": _("Close"),
    "conflict": _("This draft was also changed elsewhere. Nothing was lost: choose what stays."),
    "failed": _("That did not work. What you typed is still here; please try again."),
    "fileTooLarge": _("This file is too large."),
    "gone": _("This is no longer there. Copy your words if you need them."),
    "imageViewer": _("Picture viewer"),
    "invert": _("Invert light and dark"),
    "itemMoved": _("{name} is now number {n} of {m}."),
    "moveDown": _("Move down"),
    "moveUp": _("Move up"),
    "nextPicture": _("Next picture"),
    "noSuggestions": _("No suggestion; your own words are fine."),
    "notAccepted": _("This was not accepted. Check what you entered, and try again."),
    "notAllowed": _("You may not do this. Copy your words if you need them, and reload."),
    "notSaved": _("Not saved yet, and sent again soon."),
    "notSavedCorrect": _("Not saved yet."),
    "offline": _("No connection. What you typed stays in this page."),
    "otherText": _("The other text"),
    "ownText": _("Your text here"),
    "passkeyCancelled": _("That was stopped or took too long. You can try again."),
    "passkeyFailed": _("The passkey could not be used. Please try again or choose another way."),
    "passkeysUnsupported": _("This browser knows no passkeys. Please choose another way."),
    "pictureNumber": _("Picture {n}"),
    "position": _("{n} of {m}"),
    "previousPicture": _("Picture before"),
    "redaction": _("Box {n}. Arrows move it, Shift and arrows size it, Delete takes it away."),
    "redactionName": _("Box {n}"),
    "redactionNeedsReason": _("Box taken away. Say why this may stay visible."),
    "redactionRemoved": _("Box taken away."),
    "redactionTools": _("Boxes and zoom"),
    "removeRedaction": _("Take box away"),
    "retry": _("Try again"),
    "rotate": _("Turn by a quarter"),
    "saveOwnText": _("Save what stands in the form"),
    "saved": _("Saved {time}"),
    "saving": _("Saving"),
    "showPassword": _("Show"),
    "serverFailed": _("Something broke on our side. Your words stay here; try again in a minute."),
    "signIn": _("Sign in"),
    "signedOut": _("You are signed out. Sign in in a new window, then go on here."),
    "suggestions": _("Suggestions"),
    "suggestionsFailed": _("Suggestions do not come now. Your own words are fine."),
    "suggestionsFound": _("{n} suggestions"),
    "tooLarge": _("This is too large. Make it smaller, and try again."),
    "tooLong": _("This is {n} characters too long. Nothing is cut."),
    "tooOften": _("That was too often. Your words stay here; try again in a minute."),
    "undo": _("Undo"),
    "undone": _("Undone."),
    "unsaved": _("Not saved yet"),
    "uploadRefused": _("Picture {n} was not accepted; the line says why."),
    "uploaded": _("Picture {n} has arrived and is being cleaned."),
    "uploading": _("Being sent"),
    "useOtherText": _("Take the other text"),
    "waiting": _("Waiting"),
    "yes": _("Yes"),
    "zoomIn": _("Larger"),
    "zoomLevel": _("Zoom {n} percent."),
    "zoomOut": _("Smaller"),
}


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """A picture from the sprite; silent for screen readers unless it has a label."""
    return _icon(name, str(label), size)


@lru_cache(maxsize=512)
def _icon(name: str, label: str, size: int) -> SafeString:
    """Written once: a page holds a hundred, and finding the sprite's address costs each time."""
    href = f"{static(SPRITE)}#{name}"
    if label:
        return format_html(
            '<svg class="icon" width="{}" height="{}" role="img" aria-label="{}">'
            '<use href="{}"></use></svg>',
            size,
            size,
            label,
            href,
        )
    return format_html(
        '<svg class="icon" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<use href="{}"></use></svg>',
        size,
        size,
        href,
    )


@register.simple_tag
def idempotency() -> SafeString:
    """A key for one showing of a form: sent twice, it is one act (sermo.core.http)."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.simple_tag
def ui_data() -> SafeString:
    """What ui.js reads: the addresses of its modules and its sentences. Data, not a script."""
    return _ui_data(get_language())


@lru_cache(maxsize=16)
def _ui_data(_language: str | None) -> SafeString:
    """Written once for each language."""
    modules = {name: static(f"js/{name}.js") for name in MODULES}
    messages = {key: str(text) for key, text in MESSAGES.items()}
    return json_script({"modules": modules, "messages": messages}, "ui-data")


@register.simple_block_tag(takes_context=True)
def component(context: template.Context, content: str, name: str, **values: Any) -> str:
    """Render components/NAME.html around the block, which it shows as `content`."""
    return render_to_string(
        f"components/{name}.html",
        {**values, "content": content, "csrf_token": context.get("csrf_token")},
    )


@register.simple_tag(takes_context=True)
def part(context: template.Context, name: str, *args: Any) -> SafeString:
    """What another app shows of itself: its view, called here by the name of its address.

    A lower app never imports a higher one; it names an address, and the part stands in the page
    without a second request and without JavaScript.
    """
    request = context["request"]
    match = resolve(reverse(name, args=args))
    method, request.method = request.method, "GET"
    try:
        response = match.func(request, *match.args, **match.kwargs)
    finally:
        request.method = method
    if response.status_code != HTTPStatus.OK:
        return SafeString("")
    return SafeString(response.content.decode())  # a rendered part of this site, escaped by it


@register.filter
def field_kind(field: BoundField) -> str:
    """The shape of a field: group, check, select, file, textarea or text."""
    widget = field.field.widget
    if isinstance(widget, w.RadioSelect | w.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, w.CheckboxInput):
        return "check"
    if isinstance(widget, w.Select):
        return "select"
    if isinstance(widget, w.FileInput):
        return "file"
    if isinstance(widget, w.Textarea):
        return "textarea"
    return "text"
