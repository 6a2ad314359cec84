"""Small records in less room: deflated, with what they all repeat known beforehand.

A state is some 300 bytes and what an event adds to a transcript and log some 200, too little to repeat much within
itself. So both sides begin with `KNOWN`: the desk's own lines, the words of chats, and how records of `states.py`,
`lines.py` and `log.py` usually look. Both become about half as long, in 3 to 5 microseconds.

`KNOWN` is part of the form and never changes; another one would come with another first letter.
"""

import zlib
from typing import Final

from .shapes import CodecError

DENSE: Final = b"d"  # no record begins with it: in msgpack it is a number
LARGE_BYTES: Final = 4_000  # from there on a wider view finds more
# What is used most stands last, where it is found with the shortest distance.
KNOWN: Final = (
    b" Write again if it is not. have taken this for you. marked this as solved has opened this again. has handed you "
    b"back to the assistant.You are back in the queue of  is closed now and opens Your messages are kept, and somebody"
    b" will answer then. takes over from here. Would you like a person to look at it?Got it, I've added that for  You "
    b"are still in the queue.I can help with: Is this about \xe2\x80\x9c\xe2\x80\x9d or \xe2\x80\x9c my account order "
    b"please not can the with that this is was are your from my how what when thanks and to of in I the you me a perso"
    b"n\xd9\xd8Passing you to from  has joined.\xa4|1|0\x93\x01\x1a\x98\x02\x04\xc0\xb7\x00\xc0\x02\x93\x01\x1a\x96"
    b"\x01\x00\xc0\xd9\xfb\x01\x93\x01\x1a\x96\x02\xa6triage\xa6answer\xc0\xc4\x04\x91\x97\x00\xacteam:\x94\x01\x1c"
    b"\x95\x00\xa8\xc0\xa0\x95)\x00\xa5\x02\xc0\x01\x91\x97\x00\xacperson:\xa0\x0c\xacteam:\xc0\xa8\xc4\x04\x94\x01"
    b"\x1c\x95\x00\xa8\x99\x1f\x07\xc3\x0b\x94\x1e\xa7\x93\x02\xa4team\xa7\xa4high\x0c\xa2en\x0f\xd9\x02\x91\x97\x01"
    b"\xaecustomer:U\xa9message \x01\x0d\xacagent:triage\xacteam:\xc0\xc4\x04\x94\x01\x1c\x94\xcd\xa0\x91\x1f\x01\xc4"
    b"\x04\x93\x01\x1b\xdc\x00&\xc0\xc0\xa9U0\xcf\x00\x00\x01\xa1\x92\x04\xa6triage\x00\xa8\xc0\x01\x01\xc0\x90\xc0"
    b"\x00\x91\x94\x05\xa7\x95\x0b\x93\x01\x03\xa5\xacperson:\x95\x09\xa5\xa7\xc0\x99\x03\x01\xa7\x0d\x93\x01\x00\xa9U"
    b"0\x00\xc0\x01\xc0o\xa8\x01\x01\x00\xc0\x91\x93\x0e\x01\xf9\xc0\x01\x93\xa6triage\xacteam:\xacperson:\x91\xa6tria"
    b"ge\x90\xa6triage\x00\x00\x00\x00\xf9\x07\xa7default\x08\xa7\x93\x02\x05\xa7\xd9%\xa0\x92\x00\x00\xa2en\x90\xc0"
    b"\x90\x90\xa0\xc2\x92\xc0\x00\x92\xa0\xc0\x95\x18\x00\x00\x01\x10\xa0\x91o\xa2en\x91\x94\x0f\xa5\xa7\xc0\x90\x90"
    b"\xa0\xc2\x92\xc0\x00\x92\xa7\x01"
)
# A view of 4 kB and little memory for each of the many small ones, the usual ones for the few large.
_SMALL: Final = zlib.compressobj(1, zlib.DEFLATED, -12, 3, zlib.Z_DEFAULT_STRATEGY, KNOWN)
_LARGE: Final = zlib.compressobj(6, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, KNOWN)


def dense(record: bytes) -> bytes:
    """The record, shorter; in any thread."""
    deflate = (_SMALL if len(record) < LARGE_BYTES else _LARGE).copy()
    return DENSE + deflate.compress(record) + deflate.flush()


def plain(stored: bytes, key: str) -> bytes:
    """The record, whether it was stored by `dense` or as it is.

    Raises:
        CodecError: it is damaged.
    """
    if stored[:1] != DENSE:
        return stored
    inflate = zlib.decompressobj(-15, KNOWN)
    try:
        record = inflate.decompress(stored[1:])
    except zlib.error as error:
        raise CodecError(f"{key}: damaged record of {len(stored)} bytes: {error}") from error
    if not inflate.eof:
        raise CodecError(f"{key}: damaged record of {len(stored)} bytes: cut off")
    return record
