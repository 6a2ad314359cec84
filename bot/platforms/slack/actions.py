"""Buttons, menus and modals: who pressed what becomes one event, and whoever pressed it hears why it changed nothing.

A click is accepted durably before Slack is answered; it is decided like every other event, in order. Refused here, with
nothing accepted, is only what no later state could make right: a forged or foreign value, somebody who is not staff.
"""

import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

import structlog
from pydantic import BaseModel, Field
from slack_bolt.response import BoltResponse

from handlers.ports import Mailbox
from handlers.values import Mail, Outcome, Place, Record
from routing.conversation import Conversation, HeldByHuman, OnHold, Target, TargetKind
from routing.events import (
    Accepted,
    CancelRequested,
    Claimed,
    Declined,
    DeskEvent,
    Event,
    HandedBack,
    MarkedResolved,
    Noted,
    Released,
    ReopenRequested,
    Replied,
    RouteCorrected,
    Snoozed,
    Transferred,
)
from routing.permissions import Verb, may, may_hold
from routing.policy import Policy

from . import choosing, modals
from .errands import Errands
from .events import OURS, Object, Objects, Text, text_of
from .ids import Value, exact_place, is_id, is_ts, located, person_of, place_of, read_value, store_channel, value_of
from .modals import HINT, OUTCOME, TEXT, TO, Meta, fields_of
from .posting import escaped
from .voice import Voice

log = structlog.get_logger("baton.slack")

OUTCOME_WAIT_S: Final = 20.0
PREFIX: Final = "baton:"

FORGED = "This button cannot be used here. Use the newest card of the conversation."
NOT_STAFF = "Only the people of this desk can do that."
GONE = "This conversation does not exist any more."
LATER = "That is not available in Slack yet."
TOO_SLOW = "That took too long to open; please press the button again."
UNDECIDED = "This takes longer than usual. The card will show what came of it."
NEEDS_WORDS = "Write something first."
NOT_CHOSEN = "Choose somebody from the list."
KEPT = "Kept as a case for `baton eval`; nobody else holds it for that."


class Payload(BaseModel):
    """The fields of `block_actions` and `view_submission` that we read."""

    type: Text = ""
    user: Object = Field(default_factory=dict)
    team: Object = Field(default_factory=dict)
    container: Object = Field(default_factory=dict)
    message: Object = Field(default_factory=dict)
    actions: Objects = Field(default_factory=list)
    view: Object = Field(default_factory=dict)
    trigger_id: Text = ""
    response_url: Text = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A press of one of our buttons by somebody. `thread_ts` is empty at top level."""

    verb: str
    value: Value
    user: str
    team: str
    channel: str
    message_ts: str
    thread_ts: str
    private: bool  # an ephemeral message, or no message at all
    shown_for: str | None  # the conversation in the message's own metadata
    trigger_id: str
    response_url: str
    mail_id: str


# What a button means at once, by verb: the event of whoever is staff.
AT_ONCE: Final[Mapping[str, Callable[[str, Value], Event]]] = {
    "claim": lambda by, value: Claimed(by, epoch=value.epoch),
    "take-over": lambda by, value: Claimed(by, force=True, epoch=value.epoch),
    "accept": lambda by, value: Accepted(by, offer=value.handoff or None, epoch=value.epoch),
    "decline": lambda by, value: Declined(by, offer=value.handoff or None, epoch=value.epoch),
    "release": lambda by, value: Released(by, epoch=value.epoch),
    "reopen": lambda by, value: ReopenRequested(by, epoch=value.epoch),
    "snooze": lambda by, value: Snoozed(by, until_ms=None, epoch=value.epoch),
}
ASKS_FIRST: Final = frozenset({"reply", "note", "resolve", "transfer", "hand-back", "correct"})
# What must be allowed at the instant of the click. A claim of what another holds is decided, so that the loser hears
# who won; so is everything about offers, whose permission lies in the offer.
NEEDS: Final[Mapping[str, Verb]] = {
    "claim": "claim", "release": "release", "reopen": "reopen", "snooze": "snooze", "resolve": "resolve",
    "transfer": "transfer", "hand-back": "hand_back", "note": "note",
    "correct": "correct",
}  # fmt: skip


class Actions:
    """`ingress`: this process's name in `Mail.reply_to`; it is rung when the event is decided."""

    def __init__(
        self, mailbox: Mailbox, policy: Callable[[], Policy], voice: Voice, errands: Errands, *, ingress: str
    ) -> None:
        self._mailbox = mailbox
        self._policy = policy
        self._voice = voice
        self._errands = errands
        self._ingress = ingress

    # ---- clicks

    async def clicked(self, body: Mapping[str, Any]) -> BoltResponse:
        """`block_actions`. Raises `Unavailable`."""
        payload = Payload.model_validate(body)
        click = click_of(payload)
        if click is None:
            if _verb_of(payload) is not None:
                self._answer(payload.response_url, FORGED)
            return _done()
        refusal = await self._refused(click)
        if refusal is not None:
            log.info("slack.click_refused", verb=click.verb, conversation=click.value.conversation, user=click.user)
            self._answer(click.response_url, refusal)
        return _done()

    async def _refused(self, click: Click) -> str | None:
        """Do what the click says, or say why not."""
        if not await self._belongs(click):
            return FORGED
        if click.verb == "cancel":
            return await self._cancel(click)
        if click.verb == "choose":
            return await self._choose(click)
        by = person_of(self._policy(), click.user)
        if by is None:
            return NOT_STAFF
        if click.verb not in AT_ONCE and click.verb not in ASKS_FIRST:
            return LATER
        record = await self._mailbox.read(click.value.conversation)
        if record is None:
            return GONE
        why = forbidden(self._policy(), record, by, click.verb)
        if why is not None:
            return why
        if click.verb in ASKS_FIRST:
            view = self._view(click, record, by)
            if view is None:
                return GONE
            self._errands.run(self._open(click, view), f"modal {click.verb}")
            return None
        place = exact_place(click.value.conversation)
        assert place is not None
        return await self._enqueue(place, click, AT_ONCE[click.verb](by, click.value))

    async def _cancel(self, click: Click) -> str | None:
        """The requester's own button; anybody else is told so once it is decided."""
        found = located(click.value.conversation)
        assert found is not None
        return await self._enqueue(found.place, click, CancelRequested(click.user, epoch=click.value.epoch))

    async def _choose(self, click: Click) -> str | None:
        record = await self._mailbox.read(click.value.conversation)
        said = choosing.said_by(record, click.value, click.user) if record is not None else GONE
        if record is None or isinstance(said, str):
            return str(said)
        once = replace(click, mail_id=f"choose|{value_of(*click.value)}|{click.user}")
        return await self._enqueue(replace(record.place, id=click.value.conversation), once, said)

    async def _enqueue(self, place: Place, click: Click, event: Event) -> str | None:
        try:
            accepted = await self._mailbox.enqueue(place, Mail(click.mail_id, event, reply_to=self._ingress))
        except LookupError:
            return GONE

        async def answer(text: str) -> None:
            await self._voice.answer(click.response_url, text)

        self.follow(accepted.conversation, click.mail_id, answer)
        return None

    async def _belongs(self, click: Click) -> bool:
        """Whether the message that carries the button is one of ours about that conversation."""
        found = located(click.value.conversation)
        if found is None or found.team != click.team:
            return False
        if click.private:
            return True
        if click.shown_for is not None:
            return click.shown_for == click.value.conversation
        if place_of(click.team, click.channel, click.thread_ts or click.message_ts) == found.place:
            return True
        channel = store_channel(click.team, click.channel)
        about = await self._mailbox.address("slack", click.team, channel, click.message_ts)
        return about == click.value.conversation

    def _view(self, click: Click, record: Record, by: str) -> Mapping[str, Any] | None:
        meta = Meta(click.value, modals.last_seen(record), click.channel, click.thread_ts or click.message_ts)
        conversation = record.conversation
        if click.verb == "reply":
            return modals.reply(meta, record)
        if click.verb == "note":
            return modals.note(meta, record)
        if click.verb == "resolve":
            return modals.resolve(meta, record)
        if click.verb == "correct":
            return modals.correct(meta, self._policy())
        if conversation is None:
            return None  # nobody has decided on it yet, so nobody can give it away
        if click.verb == "transfer":
            return modals.transfer(meta, conversation, self._policy(), by)
        return modals.hand_back(meta, conversation, self._policy())

    async def _open(self, click: Click, view: Mapping[str, Any]) -> None:
        try:
            await self._voice.open(click.trigger_id, view)
        except Exception:
            await self._voice.answer(click.response_url, TOO_SLOW)
            raise

    # ---- modals

    async def submitted(self, body: Mapping[str, Any]) -> BoltResponse:
        """`view_submission`: the modal closes, or shows what is wrong with its fields. Raises `Unavailable`."""
        payload = Payload.model_validate(body)
        callback = text_of(payload.view.get("callback_id"))
        meta = modals.read_meta(text_of(payload.view.get("private_metadata")))
        user, team = text_of(payload.user.get("id")), _team_of(payload)
        if not callback.startswith(PREFIX):
            return _done()
        verb, fields = callback.removeprefix(PREFIX), fields_of(payload.view)
        place = exact_place(meta.value.conversation) if meta is not None else None
        if meta is None or place is None or place.workspace != team or verb not in ASKS_FIRST:
            return _errors({_first_input(payload.view): FORGED})
        by = person_of(self._policy(), user)
        if by is None:
            return _errors({_first_input(payload.view): NOT_STAFF})
        made = _event_of(verb, by, meta, fields)
        if isinstance(made, dict):
            return _errors(made)
        mail = Mail(_submission_id(payload.view), made, reply_to=self._ingress)
        try:
            accepted = await self._mailbox.enqueue(place, mail)
        except LookupError:
            return _errors({_first_input(payload.view): GONE})

        async def tell(text: str) -> None:
            words = fields.get(TEXT, "")
            lost = "\n\nWhat you wrote:\n" + "\n".join(f"> {escaped(line)}" for line in words.splitlines())
            await self._voice.tell(meta.channel, user, meta.thread_ts, text + (lost if words else ""))

        self.follow(accepted.conversation, mail.id, tell, done=KEPT if verb == "correct" else "")
        return _done()

    # ---- what came of it

    def follow(self, conversation: str, mail_id: str, tell: Callable[[str], Awaitable[None]], done: str = "") -> None:
        """Wait for the outcome; whoever caused the event is told if it was refused, else `done`."""

        async def wait() -> None:
            outcome = await self._mailbox.outcome(conversation, mail_id, wait_s=OUTCOME_WAIT_S)
            if outcome is None:
                await tell(UNDECIDED)
            elif outcome.code != "ok":
                await tell(refusal_in_words(outcome))
            elif done:
                await tell(done)

        self._errands.run(wait(), "outcome")

    def _answer(self, response_url: str, text: str) -> None:
        if response_url:
            self._errands.run(self._voice.answer(response_url, text), "refusal")


def refusal_in_words(outcome: Outcome) -> str:
    """The refusal's own sentence, and who holds it where that does not say so."""
    said = outcome.detail or "That changed nothing."
    if outcome.holder and outcome.holder not in said:
        said = f"{said} It is with {outcome.holder}."
    return escaped(said)


def forbidden(policy: Policy, record: Record, by: str, verb: str) -> str | None:
    """Why this person may surely not; None when they may, or when it takes a decision to know.

    While another click waits to be decided, only what no click changes is judged: who asked for help, and who may
    only look.
    """
    conversation = record.conversation
    if conversation is None:
        return None
    name = policy.person_name(by)
    why = may_hold(policy, conversation, by)
    needed = NEEDS.get(verb)
    if why is None and not any(isinstance(mail.event, get_args(DeskEvent)) for mail in record.pending):
        if verb == "reply":
            why = _cannot_reply(policy, conversation, by)
            return None if why is None else escaped(why)
        if needed is not None and not _lost_race(conversation, by, verb):
            why = may(policy, conversation, by, needed)
    return None if why is None else escaped(f"{name} {why}.")


def _lost_race(conversation: Conversation, by: str, verb: str) -> bool:
    return verb == "claim" and _person_holding(conversation) not in (None, by)


def _cannot_reply(policy: Policy, conversation: Conversation, by: str) -> str | None:
    """Said before somebody writes a page for nothing: only the holder answers."""
    holding = _person_holding(conversation)
    if holding == by:
        return None
    if holding is None:
        return "Claim it before you reply."
    return f"{policy.person_name(holding)} is answering; leave a note, or take over first."


def _person_holding(conversation: Conversation) -> str | None:
    holder = conversation.holder
    return holder.person if isinstance(holder, HeldByHuman | OnHold) else None


# ---- payloads --------------------------------------------------------------------------------------------------------


def click_of(payload: Payload) -> Click | None:
    """None: not one of our buttons, or a value that we never wrote."""
    verb = _verb_of(payload)
    user, team = text_of(payload.user.get("id")), _team_of(payload)
    if verb is None or not is_id(user) or not is_id(team):
        return None
    action, container = payload.actions[0], payload.container
    text = text_of(action.get("value"))
    if verb == "more":
        chosen = action.get("selected_option")
        verb, _, text = text_of(chosen.get("value") if isinstance(chosen, Mapping) else "").partition("|")
    value = read_value(text)
    channel, ts = text_of(container.get("channel_id")), text_of(container.get("message_ts"))
    in_message = is_id(channel) and is_ts(ts)
    if value is None or not (in_message or container.get("type") == "view"):
        return None
    thread = text_of(container.get("thread_ts"))
    stamp = text_of(action.get("action_ts")) or payload.trigger_id
    return Click(
        verb=verb,
        value=value,
        user=user,
        team=team,
        channel=channel if in_message else "",
        message_ts=ts if in_message else "",
        thread_ts=thread if is_ts(thread) else "",
        private=not in_message or container.get("is_ephemeral") is True,
        shown_for=_shown_for(payload.message),
        trigger_id=payload.trigger_id,
        response_url=payload.response_url,
        mail_id=f"click|{user}|{stamp[:100]}|{verb}".replace("\n", " "),
    )


def _verb_of(payload: Payload) -> str | None:
    action_id = text_of(payload.actions[0].get("action_id")) if payload.actions else ""
    return action_id.removeprefix(PREFIX).partition(":")[0] if action_id.startswith(PREFIX) else None


def _team_of(payload: Payload) -> str:
    """The workspace of the person; absent in `team` where an app is installed for a whole organisation."""
    return text_of(payload.team.get("id")) or text_of(payload.user.get("team_id"))


def _shown_for(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != OURS:
        return None
    about = metadata.get("event_payload")
    return text_of(about.get("conversation")) or None if isinstance(about, Mapping) else None


def _event_of(verb: str, by: str, meta: Meta, fields: Mapping[str, str]) -> Event | dict[str, str]:
    """The event of a submission, or what is wrong, by block id."""
    epoch, text = meta.value.epoch, fields.get(TEXT, "")
    match verb:
        case "reply":
            return Replied(by, text, seen=meta.seen, epoch=epoch) if text else {TEXT: NEEDS_WORDS}
        case "note":
            return Noted(by, text) if text else {TEXT: NEEDS_WORDS}
        case "resolve":
            return MarkedResolved(by, seen=meta.seen, outcome=fields.get(OUTCOME, ""), note=text, epoch=epoch)
        case "transfer":
            target = _target_of(fields.get(TO, ""))
            if target is None or target.kind == "agent":
                return {TO: NOT_CHOSEN}
            if not text:
                return {TEXT: NEEDS_WORDS}
            return Transferred(by, target, text, epoch=epoch)
        case "correct":
            to = _target_of(fields.get(TO, ""))
            return RouteCorrected(by, to) if to is not None else {TO: NOT_CHOSEN}
        case _:
            return HandedBack(by, fields.get(TO) or None, fields.get(HINT, ""), epoch=epoch)


def _target_of(chosen: str) -> Target | None:
    """What a list's entry names; None: nothing was chosen, or it was never ours."""
    kind, _, name = chosen.partition(":")
    known = next((one for one in get_args(TargetKind) if one == kind), None)
    return Target(known, name) if known is not None and name else None


def _submission_id(view: Mapping[str, Any]) -> str:
    """The same submission sent again is the same mail; the same form filled in otherwise is not."""
    filled = zlib.crc32(repr(sorted(fields_of(view).items())).encode())
    return f"view|{text_of(view.get('id'))[:60]}|{text_of(view.get('hash'))[:60]}|{filled}".replace("\n", " ")


def _first_input(view: Mapping[str, Any]) -> str:
    blocks = view.get("blocks")
    inputs = (one for one in blocks if isinstance(one, Mapping)) if isinstance(blocks, list) else ()
    return next((text_of(one.get("block_id")) for one in inputs if one.get("type") == "input"), TEXT)


def _done() -> BoltResponse:
    return BoltResponse(status=200)


def _errors(errors: Mapping[str, str]) -> BoltResponse:
    return BoltResponse(status=200, body={"response_action": "errors", "errors": dict(errors)})
