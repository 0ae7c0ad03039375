"""`{% kept a b %}…{% endkept %}`: a part of a page that is written once for the same values.

Twenty cards or comments are most of what a page costs, and from one reader to the next they hardly
differ. The values named must be everything the part reads; language and time zone are added here.
Kept in the memory of this process alone, the least used go first, and a restart forgets all.
Never for what holds a token, a nonce or anything of the request.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

register = template.Library()
MOST = 2000
"""Parts kept: some 5 MB in each process."""


class Kept(template.Node):
    def __init__(self, parts: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist = parts
        self.values = values
        self.written: OrderedDict[Hashable, SafeString] = OrderedDict()
        self.lock = Lock()

    def render(self, context: template.Context) -> SafeString:
        values = tuple(value.resolve(context) for value in self.values)
        key = (get_language(), get_current_timezone_name(), context.autoescape, *values)
        try:
            with self.lock:
                known = self.written.get(key)
                if known is not None:
                    self.written.move_to_end(key)
                    return known
        except TypeError:  # a value that can change is not kept
            return self.nodelist.render(context)
        text = self.nodelist.render(context)
        with self.lock:
            self.written[key] = text
            if len(self.written) > MOST:
                self.written.popitem(last=False)
        return text


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """Write the block once for these values, which must be all that it reads."""
    _name, *values = token.split_contents()
    if not values:
        raise template.TemplateSyntaxError("kept needs the values that the block reads")
    parts = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(parts, [parser.compile_filter(value) for value in values])
