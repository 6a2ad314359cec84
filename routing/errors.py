"""Refusals: what a person or program is told when an event changes nothing.

A refusal is not a failure. It says who holds the conversation and what can be done instead; nothing was written.
"""

from typing import Literal

RefusalCode = Literal[
    "not_allowed", "not_found", "stale", "already_claimed", "wrong_state", "wrong_platform", "too_large", "invalid"
]


class Refused(Exception):
    """The event changes nothing. `str(error)` is a kind sentence for the person who asked.

    Attributes:
        code: one of the problem codes of the REST API.
        holder: who holds the conversation, in words ("Ana from billing"), where that helps.
        epoch: the conversation's epoch at the time, so that a client can try again with it.
    """

    def __init__(self, code: RefusalCode, detail: str, *, holder: str | None = None, epoch: int | None = None) -> None:
        super().__init__(detail)
        self.code: RefusalCode = code
        self.detail = detail
        self.holder = holder
        self.epoch = epoch
