"""Who may do what: one table answers every permission question. Permission governs verbs, not native words."""

from typing import Literal

from .conversation import Conversation, HeldByAgent, HeldByHuman, Holder, Offered, OnHold, Parked, Queued
from .policy import Person, Policy

Verb = Literal[
    "claim", "assign", "release", "transfer", "hand_back", "snooze", "resolve", "reopen", "reply", "note", "handoff",
    "no_reply_needed", "take_from_another", "re_engage", "correct",
]  # fmt: skip
Standing = Literal["lead", "holder", "team", "staff"]

# The weakest standing that may use the verb: a lead or admin stands above the holder, the holder above the waiting
# team's members, those above other staff.
WEAKEST: dict[Verb, Standing] = {
    "claim": "team",
    "assign": "lead",
    "release": "holder",
    "transfer": "holder",
    "hand_back": "holder",
    "snooze": "holder",
    "resolve": "holder",
    "reopen": "staff",
    "reply": "holder",
    "note": "staff",
    "handoff": "staff",
    "no_reply_needed": "holder",
    "take_from_another": "lead",
    "re_engage": "staff",
    "correct": "staff",
}
ORDER: tuple[Standing, ...] = ("staff", "team", "holder", "lead")


def is_requester(policy: Policy, conversation: Conversation, key: str) -> bool:
    """Whether this member of staff opened the conversation; in it they are a customer, whatever their role."""
    person = policy.people.get(key)
    addresses = person.addresses.values() if person is not None else ()
    return conversation.requester == key or conversation.requester in addresses


def is_staff(policy: Policy, conversation: Conversation, key: str) -> bool:
    return key in policy.people and not is_requester(policy, conversation, key)


def may(policy: Policy, conversation: Conversation, key: str, verb: Verb) -> str | None:
    """None when allowed, else why not, as the end of a sentence that begins with the person's name."""
    person = policy.people.get(key)
    if person is None:
        return "is not in the people of this desk"
    if is_requester(policy, conversation, key):
        return "asked for help here and so cannot act as staff in this conversation"
    if "member" not in person.roles and not person.roles & {"lead", "admin"}:
        return "may look but not act (role viewer)"
    weakest = _weakest(verb, conversation.holder)
    if ORDER.index(_standing(policy, conversation.holder, person)) >= ORDER.index(weakest):
        return None
    match weakest:
        case "team":
            return "is not a member of the team that this waits for"
        case "holder":
            return "does not hold this conversation"
        case _:
            return "is not a lead"


def may_hold(policy: Policy, conversation: Conversation, key: str) -> str | None:
    """None when this person may be given the conversation, else why not, as in `may`."""
    return may(policy, conversation, key, "note")


def people_allowed(conversation: Conversation) -> bool:
    """Whether a tool or a rule may call for people: once per customer message, and not after a cancel before the next.

    The requester, staff, and a model that cannot answer at all may always.
    """
    return conversation.seq > max(conversation.no_people_upto, conversation.people_handoff_seq)


def _weakest(verb: Verb, holder: Holder) -> Standing:
    if verb == "assign" and isinstance(holder, HeldByAgent):
        return "team"  # an agent holds it: whoever may step in may also send somebody
    return WEAKEST[verb]


def _standing(policy: Policy, holder: Holder, person: Person) -> Standing:
    if person.roles & {"lead", "admin"}:
        return "lead"
    match holder:
        case HeldByHuman(person=held_by) | OnHold(person=held_by):
            return "holder" if held_by == person.key else "staff"
        case Queued(team=team) | Offered(team=team) | Parked(team=team):
            return "team" if person.key in policy.team(team).members else "staff"
        case _:
            return "team"  # no team is asked yet: any staff may step in
