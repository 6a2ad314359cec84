"""Slack's ids and ours, both ways: places and conversations, people, mail. Pure.

A channel thread is the place `slack.<team>.<channel>.<root ts>`; a whole direct message, with every thread in it, is
the one place `slack.<team>.<D channel>`. Later conversations of a place carry `~2`, `~3` at the end.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from handlers.values import Place
from routing.policy import Policy, Team

PLATFORM: Final = "slack"
_CONVERSATION: Final = re.compile(
    r"slack\.(?P<team>[A-Z0-9]+)\.(?P<channel>[A-Z0-9]+)(?:\.(?P<root>[0-9]+\.[0-9]+))?(?:~[1-9][0-9]*)*\Z"
)
TS: Final = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}\Z")
_ID: Final = re.compile(r"[A-Z0-9]{2,32}\Z")
_NUMBER: Final = re.compile(r"[0-9]{1,18}\Z")
_OFFER: Final = re.compile(r"[0-9.]{0,40}\Z")


class Located(NamedTuple):
    """Where a conversation lives in Slack. `root` is empty for a direct message."""

    team: str
    channel: str
    root: str

    @property
    def place(self) -> Place:
        """The place of its first conversation."""
        return place_of(self.team, self.channel, self.root)


def exact_place(conversation_id: str) -> Place | None:
    """The place under the name of that very conversation, for mail that means it and not the one open after it."""
    found = located(conversation_id)
    return replace(found.place, id=conversation_id) if found is not None else None


def is_id(value: object) -> bool:
    """Whether it looks like a team, channel or user id. What does not never becomes part of a key."""
    return isinstance(value, str) and _ID.match(value) is not None


def is_ts(value: object) -> bool:
    return isinstance(value, str) and TS.match(value) is not None


def is_direct(channel: str) -> bool:
    """A direct message between one person and the app. A group's direct message (G, C) is a channel like any other."""
    return channel.startswith("D")


def store_channel(team: str, channel: str) -> str:
    """The channel as the store knows it: one shard, one set of seen ids, one set of addresses."""
    return f"{team}.{channel}"


def place_of(team: str, channel: str, root: str = "") -> Place:
    """The place of a message whose thread begins at `root`, which a direct message ignores."""
    where = f"slack.{team}.{channel}" if is_direct(channel) else f"slack.{team}.{channel}.{root}"
    return Place(where, PLATFORM, team, store_channel(team, channel))


def located(conversation_id: str) -> Located | None:
    """None: no conversation of Slack's (a console's, or a forged value)."""
    found = _CONVERSATION.match(conversation_id)
    if found is None or bool(found["root"]) == is_direct(found["channel"]):
        return None
    return Located(found["team"], found["channel"], found["root"] or "")


def team_of(conversation_id: str) -> str:
    """Raises ValueError for the id of another platform's conversation; so do `channel_of` and `root_ts_of`."""
    return _located(conversation_id).team


def channel_of(conversation_id: str) -> str:
    """Slack's channel id, `C0HELP` or `D024BE91L`."""
    return _located(conversation_id).channel


def root_ts_of(conversation_id: str) -> str:
    """The ts of the thread's first message; empty for a direct message, whose thread is the newest line's."""
    return _located(conversation_id).root


def message_id(channel: str, ts: str) -> str:
    """The mail id of a customer's line: `app_mention` and `message` of one post are one mail."""
    return f"{channel}|{ts}"


def edit_id(channel: str, ts: str, edited_ts: str) -> str:
    return f"edit|{channel}|{ts}|{edited_ts}"


def delete_id(channel: str, ts: str) -> str:
    return f"del|{channel}|{ts}"


def ms_of(ts: str) -> int:
    """A ts as milliseconds since 1970; 0 for what is none."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1000 + int((fraction + "000")[:3]) if is_ts(ts) else 0


def person_of(policy: Policy, slack_user: str) -> str | None:
    """The key of `people:` of whoever posts as that user; None: no member of staff."""
    if not slack_user:
        return None
    return next((key for key, who in policy.people.items() if who.addresses.get(PLATFORM) == slack_user), None)


def slack_user_of(policy: Policy, key: str) -> str | None:
    """The Slack user of a person of config.yaml; None where the file names none."""
    person = policy.people.get(key)
    return (person.addresses.get(PLATFORM) or None) if person is not None else None


def teams_in(policy: Policy, channel: str, found: Mapping[str, str]) -> tuple[Team, ...]:
    """The teams whose desk that channel is. config.yaml may say its id or `#name`, whose id `found` knows."""
    return tuple(
        team for team in policy.teams.values() if team.channel and channel in (team.channel, found.get(team.channel))
    )


def _located(conversation_id: str) -> Located:
    found = located(conversation_id)
    if found is None:
        raise ValueError(f"{conversation_id!r} is no conversation of Slack's")
    return found


# ---- buttons ---------------------------------------------------------------------------------------------------------


class Value(NamedTuple):
    """What a button carries. `handoff` is a handoff's or an offer's id, empty where there is none."""

    conversation: str
    handoff: str
    epoch: int


def value_of(conversation: str, handoff: int | str | None, epoch: int) -> str:
    """The `value` of a button."""
    return f"{conversation}|{'' if handoff is None else handoff}|{epoch}"


def choice_of(verb: str, conversation: str, handoff: int | str | None, epoch: int) -> str:
    """The `value` of an entry in the `baton:more` menu: the verb, then a button's value. Below Slack's 150."""
    return f"{verb}|{value_of(conversation, handoff, epoch)}"


def read_value(value: str) -> Value | None:
    """None: not a value of ours."""
    parts = value.split("|")
    if len(parts) != 3 or located(parts[0]) is None or not _NUMBER.match(parts[2]):
        return None
    return Value(parts[0], parts[1], int(parts[2])) if _OFFER.match(parts[1]) else None
