"""`{% cached_fragment a b %}…{% endcached_fragment %}`: render a block once for these values.

Twenty cards or comments cost most of the time of a page, and they hardly differ between readers.
The values must be everything that the block reads; the language and the time zone are added here.
The cache is in the memory of one process and drops the least recently used fragment first. Never
use it for a block with a token, a nonce or anything else of the request.
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
MAX_FRAGMENTS = 2000
"""For each tag in a template: about 5 MB in each process."""


class CachedFragmentNode(template.Node):
    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.values = values
        self.fragments: OrderedDict[Hashable, SafeString] = OrderedDict()
        self.lock = Lock()

    def render(self, context: template.Context) -> SafeString:
        values = tuple(value.resolve(context) for value in self.values)
        key = (get_language(), get_current_timezone_name(), context.autoescape, *values)
        try:
            with self.lock:
                cached = self.fragments.get(key)
                if cached is not None:
                    self.fragments.move_to_end(key)
                    return cached
        except TypeError:  # an unhashable value, which may change: render without the cache
            return self.nodelist.render(context)
        html = self.nodelist.render(context)
        with self.lock:
            self.fragments[key] = html
            if len(self.fragments) > MAX_FRAGMENTS:
                self.fragments.popitem(last=False)
        return html


@register.tag
def cached_fragment(parser: Parser, token: Token) -> CachedFragmentNode:
    """Render the block once for these values, which must be all that it reads.

    Raises `TemplateSyntaxError` if no value is given.
    """
    _name, *values = token.split_contents()
    if not values:
        raise template.TemplateSyntaxError("cached_fragment needs the values that its block reads")
    nodelist = parser.parse(("endcached_fragment",))
    parser.delete_first_token()
    return CachedFragmentNode(nodelist, [parser.compile_filter(value) for value in values])
