from __future__ import annotations

from django.urls import path

from cases.views import compose, discuss, keep, looking, read, uploads

app_name = "cases"

_draft = "drafts/<public_id:draft_id>/"
_image = f"{_draft}images/<public_id:image_id>/"

_case = "<public_id:case_id>/"
_comment = f"{_case}comments/<public_id:comment_id>/"

urlpatterns = [
    path("", read.feed, name="feed"),
    path("news/", read.news, name="news"),
    path(_case, read.detail, name="detail"),
    path(f"{_case}read/", read.just_read, name="read"),
    path(f"{_case}comments/", discuss.comment, name="comment"),
    path(f"{_comment}reply/", discuss.reply, name="reply"),
    path(f"{_comment}helpful/", discuss.helpful, name="helpful"),
    path(f"{_case}update/", discuss.update, name="update"),
    path(f"{_case}reveal/", discuss.reveal, name="reveal"),
    path(f"{_case}follow/", keep.follow, name="follow"),
    path(f"{_case}bookmark/", keep.bookmark, name="bookmark"),
    path(f"{_case}solve/", keep.solve, name="solve"),
    path("new/", compose.new, name="new"),
    path(_draft, compose.draft, name="draft"),
    path(f"{_draft}save/", compose.autosave, name="autosave"),
    path(f"{_draft}check/", compose.check, name="check"),
    path(f"{_draft}publish/", compose.publish, name="publish"),
    path(f"{_draft}delete/", compose.draft_delete, name="draft-delete"),
    path(f"{_draft}images/", uploads.upload, name="upload"),
    path(_image, uploads.image_part, name="image-part"),
    path(f"{_image}look/", looking.image_look, name="image-look"),
    path(f"{_image}preview/<int:frame>/", looking.image_preview, name="image-preview"),
    path(f"{_image}result/", looking.image_result, name="image-result"),
    path(f"{_image}confirm/", looking.image_confirm, name="image-confirm"),
    path(f"{_image}remove/", uploads.image_remove, name="image-remove"),
    path(f"{_image}retry/", uploads.image_retry, name="image-retry"),
    path(f"{_image}move/<slug:way>/", uploads.image_move, name="image-move"),
    path("media/<public_id:image_id>/<slug:size>.webp", uploads.media, name="media"),
]
