from __future__ import annotations

from sermo.core.admin import ReadOnlyAdmin, community_site
from sermo.notifications import models

for model in (models.Event, models.EmailSubscription, models.NotificationEmail):
    community_site.register(model, ReadOnlyAdmin)
