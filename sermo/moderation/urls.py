from __future__ import annotations

from django.urls import path

from sermo.moderation import views, views_pictures

app_name = "moderation"

_picture = "moderation/pictures/<public_id:image_id>/"

urlpatterns = [
    path("log/", views.log, name="log"),
    path("moderation/", views.queue, name="queue"),
    path("moderation/pictures/next/", views_pictures.picture_next, name="picture-next"),
    path(_picture, views_pictures.picture, name="picture"),
    path(f"{_picture}decide/", views_pictures.picture_decide, name="picture-decide"),
    path(f"{_picture}undo/", views_pictures.picture_undo, name="picture-undo"),
    path(f"{_picture}preview/<int:frame>/", views_pictures.picture_preview, name="picture-preview"),
    path(
        "moderation/identifies/<slug:kind>/<public_id:item_id>/",
        views.identifies,
        name="identifies",
    ),
    path("moderation/report/<slug:kind>/<public_id:item_id>/", views.report, name="report"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/", views.item, name="item"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/hide/", views.hide, name="hide"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/restore/", views.restore, name="restore"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/dismiss/", views.dismiss, name="dismiss"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/close/", views.close, name="close"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/suspend/", views.suspend, name="suspend"),
    path("moderation/sanction/<public_id:sanction_id>/confirm/", views.confirm, name="confirm"),
    path("moderation/sanction/<public_id:sanction_id>/refuse/", views.refuse, name="refuse"),
]
