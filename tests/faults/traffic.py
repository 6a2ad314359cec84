"""Customers and staff who keep a desk busy and write down what they were answered; they never give up on an answer."""

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tests.fakes.desk import Client, View, look_again
from tests.fakes.model import Step, call, text
from tests.faults.checker import Accepted, Acted

STAFF = ("ana", "ben", "cleo")
AWAY = (502, 503, 504)


def answers(count: int) -> Iterator[Step]:
    """What the model says, never the same twice: mostly answers, some of them slow, sometimes a transfer."""
    for number in range(count):
        if number % 11 == 5:
            yield call("transfer_to_helper", reason=f"case {number}")
        elif number % 11 == 9:
            yield call("transfer_to_billing", reason=f"case {number}")
        else:
            yield text(f"answer {number}.", delay_s=0.02 * (number % 9))


class Talk:
    """One conversation: a customer and a member of staff, each on a thread of their own."""

    def __init__(self, desk: Client, conversation: str, stop: threading.Event) -> None:
        self.desk = desk
        self.id = conversation
        self.stop = stop
        self.accepted: list[Accepted] = []
        self.acted: list[Acted] = []
        self._numbers = itertools.count(1)
        self._chance = random.Random(conversation)

    @property
    def events(self) -> int:
        return len(self.accepted) + len(self.acted)

    def customer(self) -> None:
        chance = random.Random(self.id + "customer")
        while not self.stop.is_set():
            number = len(self.accepted) + 1
            ask = "I want to talk to a human" if chance.random() < 0.2 else "a question about case"
            self._write(f"{ask} {self.id} {number}")
            self.stop.wait(chance.uniform(0.1, 1.5))

    def _write(self, words: str) -> None:
        number = len(self.accepted) + 1
        answer = self._surely(lambda: self.desk.say(self.id, words, id=f"{self.id}-m{number}"))
        assert answer.status_code == 202, answer.text
        self.accepted.append(Accepted(answer.json()["seq"], words))

    def staff(self) -> None:
        while not self.stop.is_set():
            view = self._look()
            if view is not None:
                self._do_something(view)
            self.stop.wait(self._chance.uniform(0.1, 1.0))

    def _do_something(self, view: View) -> None:
        state, holder = view["state"], view["holder"]["name"]
        match state:
            case "queued":
                self._act("claim", self._chance.choice(("ben", "cleo")))
            case "bot" if self._chance.random() < 0.1:
                self._act("claim", self._chance.choice(STAFF))
            case "held":
                self._hold(holder)
            case _:
                pass

    def _hold(self, holder: str) -> None:
        others = [person for person in STAFF if person != holder]
        number = next(self._numbers)
        said = f"words {number} of staff in {self.id}"
        match self._chance.randrange(9):
            case 0 | 1 | 2 | 3:
                self._act("reply", holder, text=said)
            case 4:
                self._act("note", self._chance.choice(STAFF), text=said)
            case 5:
                self._act("transfer", holder, to=f"person:{self._chance.choice(others)}", comment="please")
            case 6:
                self._act("release", holder)
            case 7:
                self._act("hand-back", holder)
            case _:
                self._act("resolve", holder)
        if self._chance.random() < 0.2:  # and somebody who does not hold it tries to speak
            self._act("reply", self._chance.choice(others), text=f"{said}, by another")

    def close(self) -> None:
        """After the storm: who holds it answers what is open."""
        while True:
            view = self._look()
            if view is None or view["state"] != "held" or not view["unanswered"]:
                return
            said = f"last words {next(self._numbers)} in {self.id}"
            self._act("reply", view["holder"]["name"], text=said)

    def _look(self) -> View | None:
        answer = self._surely(lambda: self.desk.request("GET", f"/conversations/{self.id}"))
        view: View | None = answer.json() if answer.status_code == 200 else None
        return view

    def _act(self, action: str, by: str, **more: Any) -> None:
        identity = f"{self.id}-{action}-{next(self._numbers)}"
        answer = self._surely(lambda: self.desk.act(self.id, action, by, id=identity, **more))
        self.acted.append(Acted(action, by, answer.status_code == 200, str(more.get("text", ""))))

    @staticmethod
    def _surely(send: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer, sent again with the same id until there is one: 202 says that an action is not decided yet."""
        while True:
            try:
                answer = send()
            except httpx.TransportError:
                look_again()
                continue
            undecided = answer.status_code == 202 and "pending" in answer.json()
            if answer.status_code not in AWAY and not undecided:
                assert answer.status_code < 500, answer.text
                return answer
            look_again()
