"""Synthetic people of the demonstration: physicians, moderators, staff."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from accounts import services as accounts
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.models import StaffRole as UserRole
from accounts.models import User
from accounts.selectors import member_facts, real_name
from sermo.members.models import CommunityRole, Member
from sermo.members.records import load_member
from sermo.members.services import ensure_member_row, release_seeded_lines
from sermo.members.viewer import Viewer

# Printed at the start of the demonstration. These people never exist in production.
PASSWORD = "synthetic pass phrase"  # noqa: S105
# Five specialties have enough members for a credential line at k = 5; ten have one member each.
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
    """One printed line: a role, and the email address to sign in with."""

    role: str
    email: str


def make_members(n_plain: int = PLAIN_MEMBERS) -> list[Viewer]:
    """Make 40 members: 37 (or `n_plain`) of 15 specialties, two moderators, an administrator.

    Members who exist already are not made again. Their lines are released as if all of them had
    been active last week.
    """
    plain = [_member(number, handle) for number, handle in enumerate(HANDLES[:n_plain])]
    staff = [
        _member(37, "calm-bittern-one", name="moderator", role=CommunityRole.MODERATOR),
        _member(38, "calm-bittern-two", name="moderator2", role=CommunityRole.MODERATOR),
        _member(39, "keeper-of-the-house", name="admin", role=CommunityRole.ADMIN),
    ]
    viewers = plain + staff
    release_seeded_lines(facts for viewer in viewers if (facts := viewer.facts))
    return viewers


def _member(number: int, handle: str, *, name: str = "", role: str = "") -> Viewer:
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
            user=user, password=PASSWORD, handle=handle, wants_mail=number % 5 == 0
        )
    make_viewer(credential)
    Member.objects.filter(pk=credential.member_id).update(role=role)
    member = Member.objects.get(pk=credential.member_id)
    email = user.email if member.wants_mail else ""
    return Viewer(member, credential.secret, real_name(user), email, member_facts(user))


def make_viewer(credential: MemberCredential) -> Viewer:
    """The member who has this credential, with a row of their own."""
    member, _ = load_member(credential.member_id) or (Member(pk=credential.member_id), None)
    viewer = Viewer(member, credential.secret)
    ensure_member_row(viewer)
    return viewer


def make_user(email: str, *, role: str = "") -> User:
    """The user with this email address, confirmed; made if there is none."""
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
    """Make two reviewers and a registrar: users who can never be members."""
    make_user("reviewer@mail.example", role=UserRole.REVIEWER)
    make_user("reviewer2@mail.example", role=UserRole.REVIEWER)
    make_user("registrar@mail.example", role=UserRole.REGISTRAR)


SIGN_INS = (
    SignIn("member, with own cases", "member01@mail.example"),
    SignIn("member, without own cases", "member02@mail.example"),
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
