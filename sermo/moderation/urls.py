from __future__ import annotations

from django.urls import path

from sermo.moderation.views import log, pictures, posts, reports

app_name = "moderation"

_picture = "moderation/pictures/<public_id:image_id>/"

urlpatterns = [
    path("log/", log.log, name="log"),
    path("moderation/", posts.queue, name="queue"),
    path("moderation/pictures/next/", pictures.picture_next, name="picture-next"),
    path(_picture, pictures.picture, name="picture"),
    path(f"{_picture}decide/", pictures.picture_decide, name="picture-decide"),
    path(f"{_picture}undo/", pictures.picture_undo, name="picture-undo"),
    path(f"{_picture}preview/<int:frame>/", pictures.picture_preview, name="picture-preview"),
    path(
        "moderation/identifies/<slug:kind>/<public_id:item_id>/",
        reports.identifies,
        name="identifies",
    ),
    path("moderation/report/<slug:kind>/<public_id:item_id>/", reports.report, name="report"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/", posts.item, name="item"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/hide/", posts.hide, name="hide"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/restore/", posts.restore, name="restore"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/dismiss/", posts.dismiss, name="dismiss"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/close/", posts.close, name="close"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/suspend/", posts.suspend, name="suspend"),
    path("moderation/sanction/<public_id:sanction_id>/confirm/", posts.confirm, name="confirm"),
    path("moderation/sanction/<public_id:sanction_id>/refuse/", posts.refuse, name="refuse"),
]
