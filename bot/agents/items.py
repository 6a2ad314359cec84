"""What was said and done, in our own format: plain values that outlive any model provider.

A history is a list of items. A call and its output are two items with one `call_id`; every view keeps them together,
because every provider refuses a list in which one of them stands alone. Items are turned into dicts for storage by
`to_dict` and back by `from_dict`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

# A longer message costs money and says nothing new; the whole text stays in the stored history.
MAX_USER_CHARACTERS = 16_000


# What words of an agent do: quote an answer, ask which of two is meant, offer a person, say what the agent can do.
Act = Literal["", "answer", "ask", "offer", "menu"]


@dataclass(frozen=True, slots=True)
class UserMessage:
    """Words of the customer. `name` is who wrote it where several people share a thread."""

    text: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """Words of an AI agent; `agent` is its name. `act` is known of those that the embedded model chose."""

    text: str
    agent: str | None = None
    act: Act = ""


@dataclass(frozen=True, slots=True)
class PersonMessage:
    """Public words of a person on a team. An agent reads them as said by that person, never as its own."""

    text: str
    person: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call as it was made: `arguments` is the JSON text of the model."""

    call_id: str
    name: str
    arguments: str
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class ToolOutput:
    call_id: str
    name: str
    output: str


@dataclass(frozen=True, slots=True)
class HandoffCall:
    """The call that gave the conversation away. `target` is the name of an agent, a team or a person, as `target_kind`
    says."""

    call_id: str
    name: str
    arguments: str
    agent: str
    target: str
    target_kind: str
    reason: str

    @property
    def handoff_call(self) -> HandoffCall:
        return self


@dataclass(frozen=True, slots=True)
class HandoffOutput:
    call_id: str
    name: str
    output: str
    target: str

    @property
    def handoff_output(self) -> HandoffOutput:
        return self


Item = UserMessage | AssistantMessage | PersonMessage | ToolCall | ToolOutput | HandoffCall | HandoffOutput
Call = ToolCall | HandoffCall
Output = ToolOutput | HandoffOutput
Paired = Call | Output
# What a caller may pass as history: items, their dicts, or messages in the widespread {"role", "content"} shape.
Message = Item | Mapping[str, Any]
Input = str | Sequence[Message] | Mapping[str, Any]
# The names by which results speak of them.
RunHandoffCallItem = HandoffCall
RunHandoffOutputItem = HandoffOutput

_KINDS: dict[str, type[Item]] = {
    "user": UserMessage,
    "assistant": AssistantMessage,
    "person": PersonMessage,
    "tool_call": ToolCall,
    "tool_output": ToolOutput,
    "handoff_call": HandoffCall,
    "handoff_output": HandoffOutput,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
# The field that holds an item's text.
_TEXTS: dict[type[Item], str] = {
    UserMessage: "text",
    AssistantMessage: "text",
    PersonMessage: "text",
    ToolCall: "arguments",
    ToolOutput: "output",
    HandoffCall: "arguments",
    HandoffOutput: "output",
}


def to_dict(item: Item) -> dict[str, Any]:
    """A dict of strings and None, with its `kind`; `from_dict` is the way back."""
    return {"kind": _NAMES[type(item)], **asdict(item)}


def from_dict(data: Mapping[str, Any]) -> Item:
    """The item that `to_dict` wrote.

    Raises:
        ValueError: the kind is unknown, or a field is missing or unknown.
    """
    fields = dict(data)
    kind = fields.pop("kind", None)
    if kind not in _KINDS:
        raise ValueError(f"unknown kind of item {kind!r}; known: {', '.join(_KINDS)}")
    try:
        return _KINDS[kind](**fields)
    except TypeError as error:
        raise ValueError(f"not a {kind} item: {error}") from error


def as_items(messages: Input) -> list[Item]:
    """History from whatever the caller has: one text, items, their dicts, {"role": "user" | "assistant", "content":
    text}, or {"messages": a list of these}.

    Raises:
        ValueError: a dict is neither an item nor a user or assistant message.
    """
    if isinstance(messages, str):
        return [UserMessage(messages)]
    if isinstance(messages, Mapping):
        if not isinstance(messages.get("messages"), Sequence):
            raise ValueError('a mapping as input needs a list under "messages"')
        return as_items(messages["messages"])
    return [_as_item(message) for message in messages]


def _as_item(message: Message) -> Item:
    if not isinstance(message, Mapping):
        return message
    if "kind" in message:
        return from_dict(message)
    role, content = message.get("role"), message.get("content")
    if not isinstance(content, str):
        raise ValueError(f"a message needs a text as its content, not {type(content).__name__}")
    if role == "user":
        return UserMessage(content, message.get("name"))
    if role == "assistant":
        return AssistantMessage(content, message.get("name"))
    raise ValueError(f"unknown role {role!r}; known: user, assistant")


def view(items: Iterable[Item]) -> tuple[Item, ...]:
    """What a model gets to read: pairs kept together, NUL bytes gone, a very long message cut with a visible mark.

    The list passed in is not changed: a view shapes what is seen and never what is stored.
    """
    return pairing_safe([cleaned(item) for item in items])


def pairing_safe(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items, in order, with every call directly followed by its output and neither without the other.

    Calls that stand side by side stay so and are followed by their outputs in the same order. An output that came late
    moves up to its call; a call without output, an output without call and the second use of an id are left out.
    """
    log = list(items)
    # Words stay as they are, and most items are words: only the others are looked at one by one.
    paired = [(position, item) for position, item in enumerate(log) if isinstance(item, Paired)]
    answers: dict[str, tuple[int, Output]] = {}
    for position, item in paired:
        if isinstance(item, Output):
            answers.setdefault(item.call_id, (position, item))
    kept: list[Item] = []
    outputs: list[Output] = []
    seen: set[str] = set()
    done = 0
    for position, item in paired:
        if isinstance(item, Output) or position > done:
            kept += (*outputs, *log[done:position])
            outputs.clear()
        done = position + 1
        if isinstance(item, Output):
            continue
        at, output = answers.get(item.call_id, (-1, None))
        if output is not None and at > position and item.call_id not in seen and _same_sort(item, output):
            seen.add(item.call_id)
            kept.append(item)
            outputs.append(output)
    return (*kept, *outputs, *log[done:])


def _same_sort(call: Call, output: Output) -> bool:
    return isinstance(call, HandoffCall) == isinstance(output, HandoffOutput)


def cleaned(item: Item) -> Item:
    """The item as a model may read it; the same object when there is nothing to clean."""
    return with_text(item, shortened if type(item) is UserMessage else sound)


def text_of(item: Item) -> str:
    """The words of a message, the arguments of a call, or what came out of it."""
    text: str = getattr(item, _TEXTS[type(item)])
    return text


def with_text(item: Item, change: Callable[[str], str]) -> Item:
    """The item with its `text_of` changed; the same object when the change does nothing."""
    before = text_of(item)
    after = change(before)
    if after is before or after == before:
        return item
    changed: dict[str, Any] = {_TEXTS[type(item)]: after}
    return replace(item, **changed)


def sound(text: str) -> str:
    """The text without NUL bytes and with halves of characters joined or replaced: neither can be stored or sent."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def shortened(text: str, limit: int = MAX_USER_CHARACTERS) -> str:
    """The text without NUL bytes, in at most `limit` characters; what was cut is said at the end, so that the model can
    ask for it."""
    text = sound(text)
    if len(text) <= limit:
        return text
    mark = f"\n[... cut here: the message has {len(text):,} characters]"
    return text[: limit - len(mark)] + mark
