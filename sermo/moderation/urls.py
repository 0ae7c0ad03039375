from __future__ import annotations

from django.urls import path

from sermo.moderation import views

app_name = "moderation"
urlpatterns = [
    path("log/", views.log, name="log"),
    path("moderation/", views.queue, name="queue"),
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
