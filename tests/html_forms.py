"""The forms of a page as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

TEXT_TYPES = {"text", "search", "tel", "email", "url", ""}


@dataclass
class PageForm:
    """A form that sends by POST: names and values in order, and the names of its text fields."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    # Where buttons of their own send it.
    other_actions: list[str] = field(default_factory=list)
    data_limits: dict[str, int] = field(default_factory=dict)

    def sends_to(self, path: str) -> bool:
        return path in {self.action.partition("?")[0], *self.other_actions}

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


def forms_of(html: str, address: str) -> list[PageForm]:
    """The POST forms of the page at this address."""
    parser = _Parser(address)
    parser.feed(html)
    parser.close()
    return parser.forms


class _Parser(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[PageForm] = []
        self.form: PageForm | None = None
        self.textarea: str | None = None
        self.text = ""
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.form = PageForm(given.get("action") or self.address)
            self.forms.append(self.form)
        if self.form is None or "disabled" in given:
            return
        name = given.get("name", "")
        if given.get("data-max-length"):
            self.form.data_limits[name] = int(given["data-max-length"])
        if given.get("formaction"):
            self.form.other_actions.append(given["formaction"])
        if tag == "textarea" and name:
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            self.form.choices.setdefault(self.select, []).append(given.get("value", ""))
            if "selected" in given:
                self.form.fields.append((self.select, given.get("value", "")))
        elif tag == "input" and name:
            self._input(self.form, name, given)

    def _input(self, form: PageForm, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "")
        if kind in {"checkbox", "radio"}:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields.append((name, given.get("value", "on")))
        elif kind not in {"submit", "button", "image", "reset", "file"}:
            form.fields.append((name, given.get("value", "")))
            if kind in TEXT_TYPES:
                form.texts.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea and self.form:
            self.form.fields.append((self.textarea, self.text.removeprefix("\n")))
            self.form.texts.append(self.textarea)
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.text += data
