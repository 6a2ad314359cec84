"""Every kind of key that a store holds, and what becomes of it in a backup. A new kind has its line here.

A key is `{tag}:kind` or `{tag}:kind:rest`. The tag is a shard's number, `w:<workspace>`, `meta` or `clock`.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from handlers.values import LANES

Carried = Literal["with its conversation", "as it is", "by its conversation", "no"]

# What belongs to one conversation, `{s}:<kind>:<id>`, and is read at one instant. `j` held the log before schema 2.
OF_A_CONVERSATION: Final = ("c", "m", "mo", "h", "j", "run", "k")
_SHARD: Final[dict[str, Carried]] = {
    **dict.fromkeys(OF_A_CONVERSATION, "with its conversation"),
    "q": "with its conversation",  # `<id>:<lane>`
    "pl": "with its conversation",  # of its place
    "r": "with its conversation",  # its place in these four
    "l": "with its conversation",
    "tm": "with its conversation",
    "u": "with its conversation",
    "x": "by its conversation",
    "d": "by its conversation",  # `<channel>:0|1`, whose values name conversations
    "a": "by its conversation",  # `<channel>:<message>`, likewise
    "res": "by its conversation",  # `<id>:<mail>`
    "now": "with its conversation",
    "bell": "no",
    "wake": "no",
    "took": "no",
    "shard": "no",
}
_WORKSPACE: Final[dict[str, Carried]] = {
    "people": "as it is",
    "p": "as it is",
    "q": "as it is",
    "idx": "as it is",
    "num": "as it is",
    "feed": "as it is",
    "fed": "as it is",
    "cfg": "as it is",
    "once": "as it is",
    "eval": "as it is",
    "shard": "no",
}
# About this one store and its servers; a restore writes its own.
_META: Final[dict[str, Carried]] = dict.fromkeys(
    ("shards", "schema", "generation", "up", "stepped", "alone", "restoring", "shard"), "no"
)
_CLOCK: Final[dict[str, Carried]] = {"ms": "as it is", "step": "as it is", "shard": "no"}

_KEY: Final = re.compile(r"\{(?P<tag>[0-9]+|meta|clock|w:[^}]*)\}:(?P<kind>[^:]+)(:(?P<rest>.*))?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Key:
    """One key, taken apart. `carried` is None for a kind that nobody knows here."""

    name: str
    tag: str
    kind: str
    rest: str
    carried: Carried | None

    @property
    def shard(self) -> int | None:
        return int(self.tag) if self.tag.isdigit() else None


def key_of(name: str) -> Key | None:
    """None: it is none of ours; somebody else may use the same server."""
    found = _KEY.match(name)
    if found is None:
        return None
    tag, kind = found["tag"], found["kind"]
    return Key(name, tag, kind, found["rest"] or "", kinds(tag).get(kind))


def kinds(tag: str) -> dict[str, Carried]:
    """The kinds of keys under a tag such as `7`, `w:local` or `meta`."""
    if tag.isdigit():
        return _SHARD
    return _WORKSPACE if tag.startswith("w:") else _META if tag == "meta" else _CLOCK


def of_conversation(tag: str, id: str) -> dict[str, str]:
    """Kind -> key of all that is stored of one conversation alone; a lane's kind is `q:<lane>`."""
    own = {kind: f"{tag}:{kind}:{id}" for kind in OF_A_CONVERSATION}
    return own | {f"q:{lane}": f"{tag}:q:{id}:{lane}" for lane in LANES}
