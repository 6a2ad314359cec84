"""From a conversation's id to its place and its shard, without asking anybody.

A place's first conversation has the place's id, the next ones `<id>~2`, `<id>~3`. A caller may name a place so too
(`order~2` is a valid id), so the suffix alone says nothing. Two rules keep both apart: everything that differs only in
such suffixes lies on one shard (`channel` is the id without any), and there the stored conversation knows its place.
"""

import re
import zlib

from handlers.values import Place

LOCAL = "local"
_ORDINALS = re.compile(r"(?<=.)(~[1-9][0-9]*)+\Z", re.DOTALL)
_SLACK = re.compile(r"slack\.(?P<workspace>[^.]+)\.(?P<channel>[^.]+)(\..*)?\Z", re.DOTALL)


def place_of(conversation_id: str, place_id: str | None = None) -> Place:
    """Where a conversation lives. `place_id` is what its record says of its place; without one the id stands for it.

    `slack.<workspace>.<channel>.<ts>` is a thread there; everything else is a console place of the local workspace.
    """
    slack = _SLACK.match(conversation_id)
    place_id = place_id or conversation_id
    if slack is not None:
        workspace, channel = slack["workspace"], _ORDINALS.sub("", slack["channel"])
        return Place(place_id, "slack", workspace, f"{workspace}.{channel}")
    return Place(place_id, channel=_ORDINALS.sub("", conversation_id))


def channel_of(place: Place) -> str:
    return place.channel or place_of(place.id).channel


def shard_of(place: Place, shards: int) -> int:
    return zlib.crc32(f"{place.platform}|{place.workspace}|{channel_of(place)}".encode()) % shards
