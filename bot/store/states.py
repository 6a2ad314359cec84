"""A conversation's state as bytes: `[schema_version, 27, fields]`, shorter than the codec alone would write it.

A state is written with each event and read with each lease, and the store holds one of every conversation. So it
repeats nothing: what its key says is left out, times count from its begin, words of closed lists are numbers, and a
handoff names the configuration and the need only where they are not the conversation's. States of an earlier version
are records of the codec.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from routing import conversation as c

from . import codec
from .dense import plain
from .places import place_of
from .shapes import AsWhole, Form, Moment, Shapes, Word
from .tags import TAGS

TAG: Final = 27
# What is written otherwise than its type says. An entry here is part of the form: it never changes.
FORM: Final[Form] = {
    c.Conversation: {
        "epoch": Moment,
        "floor": Moment,
        "waiting_for_person_since_ms": Moment | None,
        "last_customer_ms": Moment,
        "priority": Word,
        "burst": tuple[Moment, int],
        "card": tuple[str, Moment],
    },
    c.Actor: {"kind": Word},
    c.Target: {"kind": Word},
    c.Choice: {"kind": Word},
    c.OpenHandoff: {
        "id": Moment,
        "reason": Word,
        "at_ms": Moment,
        "need": AsWhole("need"),
        "config_version": AsWhole("config_version"),
    },
    c.Queued: {"since_ms": Moment},
    c.Offer: {"deadline_ms": Moment},
    c.Parked: {"opens_at_ms": Moment},
    c.OnHold: {"until_ms": Moment | None},
    c.Resolved: {"at_ms": Moment},
    c.Closed: {"at_ms": Moment},
    c.Run: {"epoch": Moment, "started_ms": Moment},
    c.Unanswered: {"at_ms": Moment},
    c.Segment: {"from_ms": Moment, "until_ms": Moment | None},
}
_SHAPES: Final = Shapes(FORM)
_WRITE: Final = _SHAPES.writers[c.Conversation]
_PLACES: Final = {name: place for place, (name, *_) in enumerate(_SHAPES.fields(c.Conversation), 1)}
_CREATED, _VERSION, _NEED = (_PLACES[name] for name in ("created_ms", "config_version", "need"))


class _Whole(NamedTuple):
    """What a state is read relative to."""

    created_ms: int
    config_version: str
    need: str


def state_entry(conversation: c.Conversation) -> bytes:
    _, _, *fields = _WRITE(conversation, conversation)
    if (conversation.platform, conversation.workspace) == _home(conversation.id):
        fields[0] = fields[1] = None
    return codec.pack((codec.SCHEMA_VERSION, TAG, fields))


def read_state(raw: bytes, tag: str, id: str) -> c.Conversation:
    """The state of the conversation of that id, as it stands under the shard's tag, dense or not.

    Raises:
        CodecError: it cannot be read with certainty.
    """
    key = f"{tag}:c:{id}"
    raw = plain(raw, key)
    stored = codec.record(raw, key)
    if stored[0] != TAG:
        return codec.decode(c.Conversation, raw, key)
    if len(stored) > 2 and stored[1] is None:
        stored[1:3] = _home(id)
    stored[0:1] = (TAGS[c.Conversation], id)
    try:
        whole = _Whole(stored[_CREATED], stored[_VERSION], stored[_NEED] if len(stored) > _NEED else "")
    except IndexError as error:
        raise codec.CodecError(f"{key}: a state of {len(stored)} fields") from error
    found: c.Conversation = codec.built(stored, key, _SHAPES, whole)
    return found


@lru_cache(4096)
def _home(id: str) -> tuple[str, str]:
    """Platform and workspace, as the id says them."""
    place = place_of(id)
    return place.platform, place.workspace
