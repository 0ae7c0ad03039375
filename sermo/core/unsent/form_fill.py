"""Fills a form of a rendered page with what was written into it before.

Works on the HTML of any form of this site, so that no view needs a second way to show its form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext

Attributes = dict[str, str | None]
_CHECKED = {"checkbox", "radio"}
_UNCHANGED = {"submit", "button", "image", "reset", "file", "password"}


@dataclass
class _Button:
    """A visible button of a form; `path` is "" if it sends the form where the form says."""

    path: str
    is_plain: bool
    label: str = ""


@dataclass
class _Form:
    """A form of the page, by its position among all forms."""

    number: int
    # Where it is sent, unless a button says another address.
    path: str
    names: set[str] = field(default_factory=set)
    # Positions of the closed sections around it.
    sections: list[int] = field(default_factory=list)
    buttons: list[_Button] = field(default_factory=list)

    def buttons_to(self, path: str) -> list[_Button]:
        return [button for button in self.buttons if (button.path or self.path) == path]

    def submit_label(self, path: str) -> str:
        """The label of the button that sends it there: the plain one, if there are several."""
        buttons = sorted(self.buttons_to(path), key=lambda button: not button.is_plain)
        return buttons[0].label if buttons else gettext("Send")


def fill_form(
    page: str,
    form_address: str,
    page_address: str,
    values: Mapping[str, Sequence[str]],
    *,
    notice: str,
    after: str = "",
) -> str | None:
    """The page with the values in its form, the notice at its beginning and `after` behind it.

    `form_address` is where the form is sent; a form without an action is sent to `page_address`.
    Values without a field become hidden fields. `notice` is HTML; `{button}` in it becomes the
    label of the form's button. None if the page has no such form.
    """
    path = urlsplit(form_address).path
    finder = _FormFinder(urlsplit(page_address).path)
    finder.feed(page)
    finder.close()
    forms = [form for form in finder.forms if form.path == path or form.buttons_to(path)]
    found = max(forms, key=lambda form: len(form.names & values.keys()), default=None)
    if found is None or not found.names & values.keys():
        return None
    rest = {name: given for name, given in values.items() if name not in found.names}
    notice = notice.replace("{button}", escape(found.submit_label(path)))
    address = form_address if found.path == path else found.path
    filler = _FormFiller(found, address, values, notice + _hidden_fields(rest), after)
    filler.feed(page)
    filler.close()
    return "".join(filler.output)


def _hidden_fields(values: Mapping[str, Sequence[str]]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, given in values.items()
        for value in given
    )


class _FormFinder(HTMLParser):
    """Collects the forms that are sent by POST."""

    def __init__(self, page_path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page_path = page_path
        self.forms: list[_Form] = []
        self._n_forms = self._n_sections = 0
        self._open_sections: list[int] = []
        self._form: _Form | None = None
        self._button: _Button | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "details":
            self._open_sections.append(self._n_sections)
            self._n_sections += 1
        elif tag == "form":
            self._start_form(given)
        elif self._form is not None and given.get("name"):
            self._form.names.add(str(given["name"]))
        if tag == "button" and self._form is not None and _submits(given):
            path = self._path(given["formaction"]) if given.get("formaction") else ""
            self._button = _Button(path, (given.get("class") or "").split() == ["button"])
            self._form.buttons.append(self._button)

    def _start_form(self, given: Attributes) -> None:
        if (given.get("method") or "").lower() == "post":
            path = self._path(given.get("action"))
            self._form = _Form(self._n_forms, path, sections=list(self._open_sections))
            self.forms.append(self._form)
        self._n_forms += 1

    def _path(self, action: str | None) -> str:
        return urlsplit(urljoin(self.page_path, action or self.page_path)).path

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._open_sections:
            self._open_sections.pop()
        elif tag == "form":
            self._form = None
        elif tag == "button" and self._button is not None:
            self._button.label = " ".join(self._button.label.split())
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._button.label += data


def _submits(given: Attributes) -> bool:
    return given.get("type", "submit") == "submit" and "hidden" not in given


class _FormFiller(HTMLParser):
    """Copies the page and changes the one form."""

    def __init__(
        self,
        form: _Form,
        address: str,
        values: Mapping[str, Sequence[str]],
        first: str,
        after: str,
    ) -> None:
        super().__init__(convert_charrefs=False)
        self.form, self.address, self.first, self.after = form, address, first, after
        self.values = {name: list(given) for name, given in values.items()}
        self.output: list[str] = []
        self._n_forms = self._n_sections = 0
        self._is_inside = False
        self._select: str | None = None
        self._skips_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        raw = self.get_starttag_text() or ""
        if tag == "details":
            if self._is_inside or self._n_sections in self.form.sections:
                raw = _tag(tag, {**given, "open": ""})
            self._n_sections += 1
        elif tag == "form":
            raw = self._form_tag(raw, given)
        elif self._is_inside:
            raw = self._field_tag(raw, tag, given)
        self.output.append(raw)

    def _form_tag(self, raw: str, given: Attributes) -> str:
        self._is_inside = self._n_forms == self.form.number
        self._n_forms += 1
        if not self._is_inside:
            return raw
        return _tag("form", {**given, "action": self.address}) + self.first

    def _field_tag(self, raw: str, tag: str, given: Attributes) -> str:
        name = given.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select in self.values:
            return _with_flag(tag, given, "selected", self._has(self._select or "", given))
        elif tag == "textarea" and name in self.values:
            self._skips_text = True
            return f"{raw}\n{escape(self._next(name))}"
        elif tag == "input" and given.get("type") in _CHECKED:
            return _with_flag(tag, given, "checked", self._has(name, given))
        elif tag == "input" and given.get("type") not in _UNCHANGED and name in self.values:
            return _tag(tag, {**given, "value": self._next(name)})
        return raw

    def _has(self, name: str, given: Attributes) -> bool:
        value = given.get("value")
        return ("on" if value is None else value) in self.values.get(name, ())

    def _next(self, name: str) -> str:
        """Fields of one name take their values in order; the last value stays for the rest."""
        given = self.values[name]
        return given.pop(0) if len(given) > 1 else (given[0] if given else "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        is_end_of_form = tag == "form" and self._is_inside
        if tag == "form":
            self._is_inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._skips_text = False
        self.output.append(f"</{tag}>{self.after if is_end_of_form else ''}")

    def handle_data(self, data: str) -> None:
        if not self._skips_text:
            self.output.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.output.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.output.append(f"<!{decl}>")


def _with_flag(tag: str, given: Attributes, flag: str, is_set: bool) -> str:
    rest = {name: value for name, value in given.items() if name != flag}
    return _tag(tag, {**rest, flag: ""} if is_set else rest)


def _tag(tag: str, given: Attributes) -> str:
    parts = [
        f" {name}" if value in (None, "") and name in _FLAGS else f' {name}="{escape(value or "")}"'
        for name, value in given.items()
    ]
    return f"<{tag}{''.join(parts)}>"


_FLAGS = {"checked", "selected", "open", "required", "disabled", "hidden", "multiple", "data-focus"}
