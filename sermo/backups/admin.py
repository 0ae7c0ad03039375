from __future__ import annotations

from sermo.backups import models
from sermo.core.admin import ReadOnlyAdmin, community_site, identity_site

community_site.register(models.CommunityBackup, ReadOnlyAdmin)
identity_site.register(models.IdentityBackup, ReadOnlyAdmin)
