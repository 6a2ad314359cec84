"""What the customer may choose under an agent's answer, and what an agent has said before. Pure."""

import zlib
from dataclasses import replace
from typing import Final, Literal

from .conversation import NO_CHOICES, Choice, ChoiceKind, Conversation, HeldByAgent
from .effects import DropChoices
from .errors import Refused
from .events import MessageReceived

OFFER_AFTER: Final = 3  # answers without the customer saying that it is solved
SAID_KEPT: Final = 64
_ENDS: Final = " \t\n.,;:!?…\"'"

Meaning = ChoiceKind | Literal["", "unhelped"]


def understood(conversation: Conversation, event: MessageReceived) -> tuple[MessageReceived, Meaning, str]:
    """The line as an answer to the buttons that stand open, what it means as such, and the label that was chosen.

    Where nobody can press, the label is written; and who reads "That helped" may answer yes or no.

    Raises:
        Refused: it was said by a button that is not theirs, or that has had its time.
    """
    if any(one.kind == "say" for one in conversation.choices.of):
        event = replace(event, repeats=False)  # it was asked what is meant, so nothing has been answered yet
    choice = _pressed(conversation, event) if event.pressed else _written(conversation, event)
    meaning: Meaning = choice.kind if choice is not None else ""
    if choice is None and event.yes_or_no and _asks_whether_it_helped(conversation, event):
        meaning = "helped" if event.yes_or_no == "yes" else "unhelped"
    if not meaning:
        return event, "", ""
    # Whatever is chosen, what the customer needs was said before.
    event = replace(event, need="", repeats=False, failed_answer=meaning == "unhelped")
    if meaning == "helped":
        event = replace(event, thanks=True, wants_person=False)
    elif meaning == "person":
        event = replace(event, thanks=False, wants_person=True)
    return event, meaning, choice.label if choice is not None else ""


def _pressed(conversation: Conversation, event: MessageReceived) -> Choice:
    if event.author != conversation.requester:
        raise Refused("not_allowed", "Only the person who asked can choose here.", epoch=conversation.epoch)
    choice = choice_of(conversation, event.pressed, event.pressed_epoch)
    if choice is None:
        raise Refused("stale", STALE, epoch=conversation.epoch)
    return choice


STALE: Final = "This button is no longer valid: the conversation has moved on. Just write what you need."


def choice_of(conversation: Conversation, pressed: str, epoch: int) -> Choice | None:
    """The open choice that a button stands for; None if it has had its time."""
    turn, _, place = pressed.partition(".")
    offered = conversation.choices
    if epoch != conversation.epoch or turn != str(offered.turn) or not isinstance(conversation.holder, HeldByAgent):
        return None
    return next((one for number, one in enumerate(offered.of) if str(number) == place), None)


def _written(conversation: Conversation, event: MessageReceived) -> Choice | None:
    if not conversation.choices.of or event.author != conversation.requester:
        return None
    words = _bare(event.text)
    return next((one for one in conversation.choices.of if _bare(one.label) == words), None)


def _asks_whether_it_helped(conversation: Conversation, event: MessageReceived) -> bool:
    return event.author == conversation.requester and any(one.kind == "helped" for one in conversation.choices.of)


def offered(asked: tuple[Choice, ...], *, turns: int, person: str, helped: str) -> tuple[Choice, ...]:
    """The buttons under an answer: those that its agent wants, always with one for a person; and that one alone once
    there were so many answers without an end. `person` and `helped` are the labels in the customer's language."""
    if asked or turns >= OFFER_AFTER:
        asked = (*(one for one in asked if one.kind != "person"), Choice("", "person"))
    labels = {"person": person, "helped": helped, "say": ""}
    named = (replace(one, label=one.label or labels[one.kind]) for one in asked)
    return tuple(one for one in named if one.label)


def without_stale(before: Conversation, after: Conversation) -> Conversation:
    """Buttons go when who may answer changes."""
    if after.choices.of and after.choices == before.choices and after.epoch != before.epoch:
        return replace(after, choices=NO_CHOICES)
    return after


def dropped(before: Conversation, after: Conversation, chosen: str) -> tuple[DropChoices, ...]:
    """What is to be done about buttons that stood open and do not any more."""
    gone = before.choices
    return (DropChoices(gone.turn, chosen),) if gone.of and after.choices.turn != gone.turn else ()


# ---- nothing is said twice -------------------------------------------------------------------------------------------


def said_before(conversation: Conversation, text: str) -> bool:
    """Whether an agent has said it in this conversation: the same words, however spaced, spelt in case or ended."""
    return fingerprint(text) in conversation.said


def with_said(conversation: Conversation, text: str) -> tuple[int, ...]:
    return (*conversation.said, fingerprint(text))[-SAID_KEPT:]


def without_said(conversation: Conversation, text: str) -> tuple[int, ...]:
    """Those words never left."""
    return tuple(one for one in conversation.said if one != fingerprint(text))


def fingerprint(text: str) -> int:
    return zlib.crc32(_bare(text).encode("utf-8", "surrogatepass"))


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(_ENDS)
