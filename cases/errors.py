"""Errors of cases. The sentence is shown to the person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sermo.core.errors import DomainError, TooMany


class StaleDraft(DomainError):
    """Another tab or device saved the draft meanwhile. The page shows both texts."""

    sentence = _("This draft was saved elsewhere meanwhile. Nothing was overwritten.")


class DraftNotFound(DomainError):
    status = 404
    sentence = _("This draft is no longer there.")


class DraftPublished(DomainError):
    """Words were sent to a draft that its author has published meanwhile."""

    sentence = _("You published this draft. Copy your new words into an update of the case.")


class DraftDeleted(DomainError):
    """A draft of the viewer that is deleted. A draft of somebody else is not found."""

    status = 410
    sentence = _("This draft was deleted. Copy your words into a new draft if you need them.")


class TooManyDrafts(DomainError):
    status = 422
    sentence = _("You have 64 drafts. Publish or delete one before you begin another.")


class DraftNotReady(DomainError):
    """Something is missing (`cases.drafts.readiness.blockers`)."""

    status = 422
    sentence = _("Something is still to be done before this case can be published.")


class UnreadableImage(DomainError):
    status = 422
    sentence = _(
        "This file is not a picture we can read. JPEG, PNG, WebP, HEIC, TIFF, GIF and DICOM are."
    )


class ImageTooLarge(DomainError):
    status = 422
    sentence = _("This file is larger than 40 MB.")


class TooManyImages(DomainError):
    status = 422
    sentence = _("A case holds at most 12 pictures.")


class ImageBusy(DomainError):
    sentence = _("This picture is still being worked on. Please wait a moment.")


class DiscussionClosed(DomainError):
    sentence = _("This discussion has been closed by a moderator.")


class CaseNotVisible(DomainError):
    """The case is hidden."""

    status = 404
    sentence = _("This case is no longer there.")


class CaseNotYetVisible(DomainError):
    """The case waits for the mark at which it appears. Whoever writes in it now is its author."""

    sentence = _("This case has not appeared yet. Write in it when it has.")


class CommentNotVisible(DomainError):
    """The comment that is replied to or quoted has not appeared yet."""

    status = 404
    sentence = _("The comment you answer has not appeared yet.")


class NestedReply(DomainError):
    status = 422
    sentence = _("Replies have no replies of their own. Quote this one in a reply instead.")


class CommentOnOtherCase(DomainError):
    status = 422
    sentence = _("The comment you answer belongs to another case.")


class NotCaseAuthor(DomainError):
    status = 403
    sentence = _("Only the author of the case can do this.")


class OwnComment(DomainError):
    status = 403
    sentence = _("You cannot mark your own words as helpful.")


class CannotBecomeAnonymous(DomainError):
    """A name that was shown is never hidden later (docs/design/anonymity.md, pages)."""

    status = 422
    sentence = _("What was published under a name cannot be made anonymous later.")


class TooManyComments(TooMany):
    """The member sent several anonymous comments at the same moment."""

    retry_after = 1
    sentence = _("Several of your comments arrived at once. Please send this one again.")


class OwnImage(DomainError):
    status = 403
    sentence = _("This is your own picture; another moderator looks at it.")


class ModerationClaimed(DomainError):
    sentence = _("Another moderator is looking at this picture now.")


class ModerationDecided(DomainError):
    sentence = _("This picture has been decided already.")
