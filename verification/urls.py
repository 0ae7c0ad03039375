from __future__ import annotations

from django.urls import path

from verification.views import identity, join, paused, review, sources, status

app_name = "verification"
urlpatterns = [
    path("join/", join.index, name="join"),
    path("join/country/", join.country, name="country"),
    path("join/licence/", join.licence, name="licence"),
    path("join/licence/number/", join.check_number, name="number"),
    path("join/identity/", identity.identity, name="identity"),
    path("join/evidence/", join.evidence, name="evidence"),
    path("join/evidence/skip/", join.skip_evidence, name="skip-evidence"),
    path(
        "join/evidence/<public_id:document_id>/remove/",
        join.remove_document,
        name="remove-document",
    ),
    path("join/consent/", join.consent, name="consent"),
    path("join/check/", join.check, name="check"),
    path("join/status/", status.status, name="status"),
    path("join/status/code/", status.enter_code, name="enter-code"),
    path("join/status/code/again/", status.send_code, name="send-code"),
    path("join/status/correct/", identity.correct, name="correct"),
    path("join/status/questions/", identity.questions, name="questions"),
    path("join/status/answer/", status.answer, name="answer"),
    path("join/status/withdraw/", status.withdraw, name="withdraw"),
    path("join/status/appeal/", status.appeal, name="appeal"),
    path("join/standing/", paused.membership_paused, name="membership-paused"),
    path("join/standing/again/", paused.verify_again, name="verify-again"),
    path("join/not-me/<str:token>/", paused.not_me, name="not-me"),
    path("review/", review.queue, name="review"),
    path("review/sources/", sources.index, name="sources"),
    path("review/sources/<slug:provider>/resume/", sources.resume, name="resume"),
    path("review/next/", review.take_next, name="review-next"),
    path("review/<public_id:application_id>/", review.detail, name="review-detail"),
    path("review/<public_id:application_id>/claim/", review.claim, name="review-claim"),
    path("review/<public_id:application_id>/skip/", review.skip, name="review-skip"),
    path("review/<public_id:application_id>/approve/", review.approve, name="review-approve"),
    path("review/<public_id:application_id>/reject/", review.reject, name="review-reject"),
    path("review/<public_id:application_id>/ask/", review.ask, name="review-ask"),
    path("review/<public_id:application_id>/undo/", review.undo, name="review-undo"),
    path("review/<public_id:application_id>/confirm/", review.confirm, name="review-confirm"),
    path("review/<public_id:application_id>/disagree/", review.disagree, name="review-disagree"),
    path(
        "review/<public_id:application_id>/documents/<public_id:document_id>/",
        review.document,
        name="review-document",
    ),
]
