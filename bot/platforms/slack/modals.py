"""The modals, as Slack's JSON. Pure.

`private_metadata` carries what the submission needs: the button's value, the last customer line its author has seen,
and where a refusal is told, because a submission has no response_url.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from handlers.packet import shorten
from handlers.values import Record
from handlers.view import transcript
from routing.conversation import Conversation
from routing.effects import Line
from routing.permissions import is_requester
from routing.policy import Policy

from .events import text_of
from .ids import Value, is_id, is_ts, read_value, value_of

Json = dict[str, Any]

CALLBACK: Final = "baton:"
TEXT, TO, HINT, OUTCOME = "text", "to", "hint", "outcome"  # block ids, each with one element of the same action id
LAST_LINES: Final = 3
MOST_OPTIONS: Final = 100
LONGEST_INPUT: Final = 3000


class Meta(NamedTuple):
    """`seen`: the last customer `seq` that the modal showed. `thread_ts` is empty at top level."""

    value: Value
    seen: int
    channel: str
    thread_ts: str


def write_meta(meta: Meta) -> str:
    return f"{value_of(*meta.value)}|{meta.seen}|{meta.channel}|{meta.thread_ts}"


def read_meta(text: str) -> Meta | None:
    """None: not written by us."""
    parts = text.split("|")
    value = read_value("|".join(parts[:3]))
    if len(parts) != 6 or value is None or not (parts[3].isascii() and parts[3].isdecimal()):
        return None
    channel, thread = parts[4], parts[5]
    if (channel and not is_id(channel)) or (thread and not is_ts(thread)):
        return None
    return Meta(value, int(parts[3][:18]), channel, thread)


def last_seen(record: Record) -> int:
    """The newest customer line that whoever reads the record sees."""
    return max((line.seq or 0 for line in transcript(record)), default=0)


def reply(meta: Meta, record: Record) -> Json:
    return _modal(
        "reply", "Reply", "Send", meta,
        [_last_lines(record), _text(TEXT, "The customer reads this")],
    )  # fmt: skip


def note(meta: Meta, record: Record) -> Json:
    return _modal("note", "Note for the team", "Keep", meta, [_text(TEXT, "Only the team reads this")])


def resolve(meta: Meta, record: Record) -> Json:
    return _modal(
        "resolve", "Resolve", "Resolve", meta,
        [
            _last_lines(record),
            _text(OUTCOME, "What came of it", one_line=True, optional=True),
            _text(TEXT, "Note for the team", optional=True),
        ],
    )  # fmt: skip


def transfer(meta: Meta, conversation: Conversation, policy: Policy, by: str) -> Json:
    """Teams, and people who may hold it; the comment is for whoever comes next."""
    teams = [(f"team:{team.name}", team.title) for team in policy.teams.values()]
    people = [
        (f"person:{key}", person.name)
        for key, person in policy.people.items()
        if key != by and not is_requester(policy, conversation, key)
    ]
    where = _choice((("Teams", teams), ("People", people)))
    return _modal(
        "transfer", "Transfer", "Transfer", meta,
        [_input(TO, "To", where), _text(TEXT, "What should the next person know?")],
    )  # fmt: skip


def hand_back(meta: Meta, conversation: Conversation, policy: Policy) -> Json:
    """The agent that had it last is chosen already."""
    options = [_option(name, name) for name in policy.agents][:MOST_OPTIONS]
    last = conversation.last_agent if conversation.last_agent in policy.agents else policy.defaults.agent
    chosen = next((each for each in options if each["value"] == last), None)
    who: Json = {"type": "static_select", "action_id": TO, "options": options}
    if chosen is not None:
        who["initial_option"] = chosen
    blocks = [_input(TO, "To the agent", who), _text(HINT, "A hint for the agent", optional=True)]
    return _modal("hand-back", "Hand back", "Hand back", meta, blocks)


def correct(meta: Meta, policy: Policy) -> Json:
    """To whom it should have gone. Nothing moves: it is kept as a case for `baton eval`."""
    groups = (
        ("Teams", [(f"team:{team.name}", team.title) for team in policy.teams.values()]),
        ("Agents", [(f"agent:{name}", name) for name in policy.agents]),
        ("People", [(f"person:{key}", person.name) for key, person in policy.people.items()]),
    )
    return _modal("correct", "Wrong route?", "Keep", meta, [_input(TO, "It should have gone to", _choice(groups))])


# ---- parts -----------------------------------------------------------------------------------------------------------


def _modal(verb: str, title: str, submit: str, meta: Meta, blocks: Sequence[Json | None]) -> Json:
    return {
        "type": "modal",
        "callback_id": f"{CALLBACK}{verb}",
        "title": _plain(title),
        "submit": _plain(submit),
        "close": _plain("Cancel"),
        "private_metadata": write_meta(meta),
        "blocks": [block for block in blocks if block is not None],
    }


def _last_lines(record: Record) -> Json | None:
    """What the customer and whoever answered said last, so that nobody writes past each other."""
    spoken = [line for line in transcript(record) if line.visibility == "public" and line.kind == "message"]
    if not spoken:
        return None
    said = "\n".join(f"{_speaker(line)}: {shorten(line.text)}" for line in spoken[-LAST_LINES:])
    return {"type": "section", "block_id": "said", "text": _plain(said)}


def _speaker(line: Line) -> str:
    """Customers have only their id here: a modal must open within three seconds, without asking who that is."""
    match line.author.kind:
        case "customer":
            return "Customer"
        case "participant":
            return "Somebody else"
        case _:
            return line.author.name.replace("_", " ").capitalize()


def _text(block_id: str, label: str, *, one_line: bool = False, optional: bool = False) -> Json:
    element = {
        "type": "plain_text_input",
        "action_id": block_id,
        "multiline": not one_line,
        "max_length": 200 if one_line else LONGEST_INPUT,
    }
    return _input(block_id, label, element, optional=optional)


def _input(block_id: str, label: str, element: Mapping[str, Any], *, optional: bool = False) -> Json:
    block = {"type": "input", "block_id": block_id, "label": _plain(label), "element": dict(element)}
    return {**block, "optional": True} if optional else block


def _choice(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Json:
    """One of several, by groups of (value, label)."""
    shown = [
        {"label": _plain(label), "options": [_option(*each) for each in options[:MOST_OPTIONS]]}
        for label, options in groups
        if options
    ]
    return {"type": "static_select", "action_id": TO, "option_groups": shown, "placeholder": _plain("Choose")}


def _option(value: str, label: str) -> Json:
    return {"text": _plain(label[:75]), "value": value}


def _plain(text: str) -> Json:
    """Plain text never becomes markup, whatever a customer wrote."""
    return {"type": "plain_text", "text": text, "emoji": False}


def fields_of(view: Mapping[str, Any]) -> dict[str, str]:
    """Block id -> what was typed or chosen there. Each of our blocks has one element, of the same action id."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    fields: dict[str, str] = {}
    for block_id, elements in values.items() if isinstance(values, Mapping) else ():
        element = elements.get(block_id) if isinstance(elements, Mapping) else None
        if isinstance(element, Mapping):
            chosen = element.get("selected_option")
            value = element.get("value") or (chosen.get("value") if isinstance(chosen, Mapping) else "")
            fields[str(block_id)] = text_of(value).strip()
    return fields
