from __future__ import annotations

from django.urls import path

from cases.views import (
    case_page,
    comments,
    drafts,
    feed,
    follows,
    identity,
    image_review,
    media,
    outcomes,
    publishing,
    uploads,
)

app_name = "cases"

_draft = "drafts/<public_id:draft_id>/"
_image = f"{_draft}images/<public_id:image_id>/"
_case = "<public_id:case_id>/"
_comment = f"{_case}comments/<public_id:comment_id>/"

urlpatterns = [
    path("", feed.feed, name="feed"),
    path("news/", feed.new_cases, name="new-cases"),
    path(_case, case_page.detail, name="detail"),
    path(f"{_case}read/", case_page.skip_answer, name="skip-answer"),
    path(f"{_case}comments/", comments.comment, name="comment"),
    path(f"{_comment}reply/", comments.reply, name="reply"),
    path(f"{_comment}helpful/", comments.helpful, name="helpful"),
    path(f"{_case}update/", comments.update, name="update"),
    path(f"{_case}reveal/", identity.show_name, name="show-name"),
    path(f"{_case}follow/", follows.follow, name="follow"),
    path(f"{_case}bookmark/", follows.bookmark, name="bookmark"),
    path(f"{_case}solve/", outcomes.solve, name="solve"),
    path("new/", drafts.new, name="new"),
    path(_draft, drafts.draft, name="draft"),
    path(f"{_draft}save/", drafts.autosave, name="autosave"),
    path(f"{_draft}check/", publishing.check, name="check"),
    path(f"{_draft}publish/", publishing.publish, name="publish"),
    path(f"{_draft}delete/", drafts.delete_draft, name="draft-delete"),
    path(f"{_draft}images/", uploads.upload, name="upload"),
    path(_image, uploads.upload_row, name="upload-row"),
    path(f"{_image}look/", image_review.review_image, name="review-image"),
    path(f"{_image}preview/<int:frame>/", image_review.preview_image, name="image-preview"),
    path(f"{_image}result/", image_review.processed_image, name="processed-image"),
    path(f"{_image}confirm/", image_review.confirm_image, name="image-confirm"),
    path(f"{_image}remove/", uploads.remove_image, name="image-remove"),
    path(f"{_image}retry/", uploads.retry_image, name="image-retry"),
    path(f"{_image}move/<slug:direction>/", uploads.move_image, name="image-move"),
    path("media/<public_id:image_id>/<slug:size>.webp", media.media, name="media"),
]
