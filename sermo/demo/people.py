"""Synthetic people of the demonstration: physicians, staff, applicants. None exists."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from accounts import services as accounts
from accounts.models import StaffRole as UserRole
from accounts.models import User
from accounts.selectors import real_name
from accounts.services import credential_lines
from sermo.members.models import CommunityRole, Member
from sermo.members.services import set_credential_line
from sermo.members.viewer import Viewer

# Printed at the start of every demonstration; production knows none of these people.
PASSWORD = "synthetic pass phrase"  # noqa: S105
# Five specialties are large enough for a credential line at k = 5; ten stand for themselves.
SPECIALTIES = (
    *("internal", "cardiology", "family", "neurology", "paediatrics") * 6,
    "dermatology",
    "emergency",
    "gastroenterology",
    "haematology",
    "infectious",
    "nephrology",
    "pulmonology",
    "rheumatology",
    "general-surgery",
    "psychiatry",
)
COUNTRIES = ("US", "US", "GB", "DE", "FR", "CA", "AU", "ES")
YEARS = ("0-5", "6-10", "11-20", "11-20", "21-30", "30+")
HANDLES = (
    "amber-heron amber-owl azure-finch birch-wren bronze-kite cedar-lark chalk-plover "
    "cobalt-merlin copper-siskin coral-tern crimson-jay dusk-martin ebony-swift elm-warbler "
    "fern-curlew flint-raven frost-dipper garnet-quail golden-pipit granite-gull "
    "hazel-knot indigo-stork ivory-crane jade-osprey lilac-dove linen-avocet maple-nuthatch "
    "moss-robin navy-petrel ochre-eider olive-bunting opal-grebe pearl-sparrow "
    "quartz-harrier sable-snipe slate-falcon teal-starling"
).split()
PLAIN_MEMBERS = 37


@dataclass(frozen=True)
class SignIn:
    """One line of what is printed."""

    what: str
    email: str


def make_members() -> list[Viewer]:
    """37 members of 15 specialties, two moderators and an administrator among 40; once."""
    plain = [_member(number, handle) for number, handle in enumerate(HANDLES[:PLAIN_MEMBERS])]
    staff = [
        _member(37, "calm-moderator-one", name="moderator", role=CommunityRole.MODERATOR),
        _member(38, "calm-moderator-two", name="moderator2", role=CommunityRole.MODERATOR),
        _member(39, "keeper-of-the-house", name="admin", role=CommunityRole.ADMIN),
    ]
    return [_show_line(user, viewer) for user, viewer in plain + staff]


def _show_line(user: User, viewer: Viewer) -> Viewer:
    """As at their next sign-in: now that all are there, more can be said of each."""
    set_credential_line(
        member_id=viewer.member.pk, line=credential_lines.credential_line_of_new_member(user)
    )
    viewer.member.refresh_from_db()
    return viewer


def _member(number: int, handle: str, *, name: str = "", role: str = "") -> tuple[User, Viewer]:
    user = make_user(f"{name or f'member{number + 1:02}'}@mail.example")
    credential = accounts.unwrap_with_password(user, PASSWORD)
    if credential is None:
        accounts.save_verified_person(
            user=user,
            member_class="physician",
            specialty=SPECIALTIES[number % len(SPECIALTIES)],
            country=COUNTRIES[number % len(COUNTRIES)],
            years=YEARS[number % len(YEARS)],
            real_name=f"Demo Physician {number + 1}",
        )
        credential, _ = accounts.enter_community(
            user=user, password=PASSWORD, handle=_allowed(handle), wants_mail=number % 5 == 0
        )
        Member.objects.filter(pk=credential.member_id).update(role=role)
    member = Member.objects.get(pk=credential.member_id)
    mailed = user.email if member.wants_mail else ""
    return user, Viewer(member, credential.secret, real_name(user), mailed)


def _allowed(handle: str) -> str:
    """The words of staff are reserved; the demonstration's staff wear plain names too."""
    return handle.replace("calm-moderator", "calm-bittern")


def make_user(email: str, *, role: str = "") -> User:
    """Somebody with a confirmed address; the one who is there already."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email=email, password=PASSWORD)
    if role and user.role != role:
        User.objects.filter(pk=user.pk).update(role=role)
        user.role = role
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def make_staff() -> None:
    """A reviewer, a second one, and the registrar: users who can never be members."""
    make_user("reviewer@mail.example", role=UserRole.REVIEWER)
    make_user("reviewer2@mail.example", role=UserRole.REVIEWER)
    make_user("registrar@mail.example", role=UserRole.REGISTRAR)


SIGN_INS = (
    SignIn("member, who has cases of their own", "member01@mail.example"),
    SignIn("member, who reads and answers", "member02@mail.example"),
    SignIn("moderator", "moderator@mail.example"),
    SignIn("second moderator", "moderator2@mail.example"),
    SignIn("administrator of the community store (/admin/)", "admin@mail.example"),
    SignIn("reviewer (/review/)", "reviewer@mail.example"),
    SignIn("second reviewer", "reviewer2@mail.example"),
    SignIn("registrar: administers the identity store (/admin/)", "registrar@mail.example"),
    SignIn("applicant, still filling in", "applicant-draft@mail.example"),
    SignIn("applicant, waiting for a code", "applicant-code@mail.example"),
    SignIn("applicant, with a reviewer", "applicant-review@mail.example"),
    SignIn("applicant, approved, about to enter", "applicant-approved@univhospital.example"),
    SignIn("applicant, refused", "applicant-refused@mail.example"),
    SignIn("applicant, whose draft ran out", "applicant-expired@mail.example"),
    SignIn("applicant, who withdrew", "applicant-withdrawn@mail.example"),
)
