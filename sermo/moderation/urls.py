from __future__ import annotations

from django.urls import path

from sermo.moderation.views import corrections, log, pictures, posts, reporters, reports

app_name = "moderation"

_details = "moderation/patient-details/<slug:kind>/<public_id:item_id>/"
_picture = "moderation/pictures/<public_id:image_id>/"

urlpatterns = [
    path("log/", log.log, name="log"),
    path("moderation/", posts.queue, name="queue"),
    path("moderation/pictures/next/", pictures.picture_next, name="picture-next"),
    path(_picture, pictures.picture, name="picture"),
    path(f"{_picture}decide/", pictures.picture_decide, name="picture-decide"),
    path(f"{_picture}undo/", pictures.picture_undo, name="picture-undo"),
    path(f"{_picture}preview/<int:frame>/", pictures.picture_preview, name="picture-preview"),
    path(_details, reports.patient_details, name="patient-details"),
    path(f"{_details}sent/", reports.reported, name="reported"),
    path(f"{_details}withdraw/", reports.withdraw, name="withdraw"),
    path(
        "moderation/correct/<slug:kind>/<public_id:item_id>/",
        corrections.correct,
        name="correct",
    ),
    path(
        "moderation/reporters/<public_id:report_id>/stop/",
        reporters.stop,
        name="stop-reporter",
    ),
    path("moderation/reporters/resume/", reporters.resume, name="resume-reporter"),
    path("moderation/report/<slug:kind>/<public_id:item_id>/", reports.report, name="report"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/", posts.item, name="item"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/hide/", posts.hide, name="hide"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/restore/", posts.restore, name="restore"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/dismiss/", posts.dismiss, name="dismiss"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/reopen/", posts.reopen, name="reopen"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/close/", posts.close, name="close"),
    path("moderation/item/<slug:kind>/<public_id:item_id>/suspend/", posts.suspend, name="suspend"),
    path("moderation/sanction/<public_id:sanction_id>/confirm/", posts.confirm, name="confirm"),
    path("moderation/sanction/<public_id:sanction_id>/refuse/", posts.refuse, name="refuse"),
]
