"""From finished steps to the facts a decision rests on."""

from __future__ import annotations

from verification import policy
from verification.models import Application, Credential, Step, StepName, StepState
from verification.names import Agreement


def gather(application: Application) -> policy.Facts:
    """The facts of the application's current round. The claim on the number is read anew."""
    steps = {
        StepName(step.name): step
        for step in Step.objects.filter(application=application, attempt=application.attempt)
    }
    done = {name: step for name, step in steps.items() if step.state == StepState.DONE}
    own = done[StepName.OWN_DB].normalized if StepName.OWN_DB in done else {}
    register = done[StepName.REGISTER].normalized if StepName.REGISTER in done else {}
    return policy.Facts(
        format_ok=_outcome(done, StepName.FORMAT, "invalid") == "valid",
        banned=bool(own.get("banned")),
        contested=bool(own.get("contested")) or not _holds_claim(application),
        lookup=policy.Lookup(_outcome(done, StepName.REGISTER, policy.Lookup.UNAVAILABLE)),
        standing=policy.Standing(register["standing"]) if register.get("standing") else None,
        profession=(
            policy.Profession(register["profession"]) if register.get("profession") else None
        ),
        name=Agreement(register.get("name", Agreement.UNKNOWN)),
        birth_date=Agreement(register.get("birth_date", Agreement.UNKNOWN)),
        exclusion=policy.Exclusion(_outcome(done, StepName.LEIE, policy.Exclusion.NOT_ASKED)),
        binding=policy.Binding(_outcome(done, StepName.BINDING, policy.Binding.NONE)),
        has_document=_outcome(done, StepName.DOCUMENT, "absent") == "present",
        wants_person=application.appeal_of_id is not None,
        unanswered=tuple(
            sorted(name for name, step in steps.items() if step.state == StepState.DEAD)
        ),
    )


def _outcome(done: dict[StepName, Step], name: StepName, default: str) -> str:
    return done[name].outcome if name in done else default


def _holds_claim(application: Application) -> bool:
    return Credential.objects.filter(application=application, active=True).exists()
