from __future__ import annotations

from sermo.blinded_rows import models
from sermo.core.admin import ReadOnlyAdmin, community_site, identity_site

community_site.register(models.CommunityEpoch, ReadOnlyAdmin)
community_site.register(models.NightlyPass, ReadOnlyAdmin)
identity_site.register(models.IdentityEpoch, ReadOnlyAdmin)
