"""Text as it was meant, in one form: the only place where line ends are changed."""

from __future__ import annotations

import re
import unicodedata

# What browsers and word processors send for the end of a line: CR LF, CR, vertical tab, form feed,
# next line, line and paragraph separator.
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def normalise(text: str) -> str:
    """Lines end with LF, and characters are composed (NFC). NUL characters are removed.

    After this `len` counts what people count, and what the column and the script in the page count:
    code points. A browser sends two characters for each end of a line.
    """
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", text.replace("\0", "")))
