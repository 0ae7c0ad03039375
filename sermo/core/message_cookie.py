"""Messages of one page to the next, in a signed cookie (settings.MESSAGE_STORAGE).

In the session they would change the member's row at the moment of an act. The cookie can be read on
the device, so a message names no address and nothing that was written.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class MessageCookie(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"
