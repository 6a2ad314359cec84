"""The checker of the kill loop finds each kind of broken promise in a history made by hand, and nothing in a good
one."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.checker import Accepted, Acted, History, broken_ledger, broken_promises

Break = Callable[[History], None]


def line(n: int, who: str, text: str, at: int, seq: int | None = None, visibility: str = "public") -> dict[str, Any]:
    kind, _, name = who.partition(":")
    author = {"kind": kind, "name": name}
    return {"n": n, "seq": seq, "author": author, "text": text, "visibility": visibility, "at": f"t{at:03}"}


def entry(event: str, actor: str, before: str, after: str, at: int) -> dict[str, Any]:
    return {"event": event, "actor": actor, "from": before, "to": after, "at": f"t{at:03}", "epoch": at, "reason": ""}


def good() -> History:
    """Mia asks, the agent answers, she wants a person, Ben comes, notes, answers and hands back."""
    view = {
        "state": "bot",
        "unanswered": False,
        "holder": {"kind": "agent", "name": "triage"},
        "messages": [
            line(1, "customer:mia", "one", 10, seq=1),
            line(2, "agent:triage", "answer one", 11),
            line(3, "customer:mia", "a person please", 20, seq=2),
            line(4, "system:baton", "Passing you to General.", 21),
            line(5, "system:baton", "Ben has joined.", 30),
            line(6, "person:ben", "a note", 31, visibility="internal"),
            line(7, "person:ben", "a reply", 32),
        ],
        "journal": [
            entry("MessageReceived", "customer:mia", "agent:triage", "team:general", 21),
            entry("Claimed", "person:ben", "team:general", "person:ben", 30),
            entry("HandedBack", "person:ben", "person:ben", "agent:triage", 40),
        ],
    }
    accepted = [Accepted(1, "one"), Accepted(2, "a person please")]
    acted = [
        Acted("claim", "ben", True),
        Acted("note", "ben", True, "a note"),
        Acted("reply", "ben", True, "a reply"),
        Acted("claim", "cleo", False),
        Acted("hand-back", "ben", True),
    ]
    return History("c", view, accepted, acted, keys=["c|2|0", "c|3|0", ""])


def lines(history: History) -> list[dict[str, Any]]:
    return history.view["messages"]  # type: ignore[no-any-return]


def journal(history: History) -> list[dict[str, Any]]:
    return history.view["journal"]  # type: ignore[no-any-return]


def change(history: History, **facts: Any) -> None:
    history.view = {**history.view, **facts}


def again(history: History, index: int) -> None:
    lines(history).insert(index + 1, copy.deepcopy(lines(history)[index]))


def add(history: History, index: int, who: str, text: str, at: int) -> None:
    lines(history).insert(index, line(99, who, text, at))


def act(history: History, index: int, acted: Acted) -> None:
    """In the place of what was answered there."""
    history.acted = [*history.acted[:index], acted, *history.acted[index + 1 :]]


def hold(history: History, person: str) -> None:
    change(history, holder={"kind": "person", "name": person})


BREAKS: dict[str, tuple[Break, str]] = {
    "a message is lost": (lambda h: lines(h).pop(2), "is lost"),
    "a message is there twice": (lambda h: again(h, 0), "2 times"),
    "messages are out of order": (lambda h: lines(h).insert(0, lines(h).pop(2)), "out of order"),
    "a message was never accepted": (lambda h: lines(h)[0].update(text="other"), "never accepted"),
    "a reply is lost": (lambda h: lines(h).pop(), "'a reply' by ben (ok) happened 0 times"),
    "a reply is said twice": (lambda h: again(h, 6), "happened 2 times"),
    "a refused reply is said": (lambda h: act(h, 2, Acted("reply", "ben", False, "a reply")), "(refused) happened 1"),
    "a note is shown to the customer": (lambda h: lines(h)[5].update(visibility="public"), "'a note' by ben"),
    "a claim happened twice": (lambda h: journal(h).insert(2, {**journal(h)[1], "epoch": 31}), "claim: answered ok"),
    "a claim that was answered never was": (lambda h: act(h, 3, Acted("claim", "ana", True)), "claim: answered ok"),
    "an agent answers twice": (lambda h: add(h, 2, "agent:triage", "one again", 12), "agents answered 2 times"),
    "an agent says the same again": (lambda h: add(h, 2, "agent:triage", "answer one", 12), "was said 2 times"),
    "a row was written twice": (lambda h: setattr(h, "keys", ["c|2|0", "c|2|0"]), "row c|2|0"),
    "a handoff is told twice": (lambda h: again(h, 3), "told of 2 handoffs"),
    "a handoff is not told": (lambda h: lines(h).pop(3), "told of 0 handoffs"),
    "an agent speaks after a claim": (lambda h: add(h, 9, "agent:triage", "me too", 33), "while person:ben held it"),
    "a person speaks before the claim": (lambda h: lines(h)[-1].update(at="t025"), "while team:general held it"),
    "an epoch does not rise": (lambda h: journal(h)[1].update(epoch=21), "under the old epoch"),
    "a transition comes from nowhere": (lambda h: journal(h)[1].update({"from": "team:x"}), "team:general held it"),
    "the state is not where the journal ended": (lambda h: hold(h, "ben"), "the journal ends with"),
    "mail is left": (lambda h: setattr(h, "left", ["1 mail"]), "left over: 1 mail"),
    "a customer is forgotten": (lambda h: change(h, unanswered=True), "unanswered in state bot"),
}  # fmt: skip


def test_a_good_history_breaks_no_promise() -> None:
    assert broken_promises(good()) == []


@pytest.mark.parametrize("name", BREAKS)
def test_the_checker_finds_that(name: str) -> None:
    history = good()
    break_it, told = BREAKS[name]
    break_it(history)

    assert any(told in problem for problem in broken_promises(history)), broken_promises(history)


def test_the_checker_finds_slots_that_nobody_uses_and_holders_without_one() -> None:
    history = good()
    hold(history, "ben")

    assert broken_ledger([history], {"ben": {"c"}}) == []
    assert broken_ledger([history], {}) == ["ben holds ['c'] without a slot"]
    assert broken_ledger([history], {"ben": {"c"}, "ana": {"c"}}) == ["ana has slots of ['c'] without holding them"]
