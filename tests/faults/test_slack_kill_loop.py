"""Workers, the ingress and its sockets are killed while people talk in Slack, Slack itself fails now and then, and so
do the wires: of each process to the store, to Slack, and from Slack to the ingress. Where the store is sentinels' or a
cluster, its masters die too, and slots move.

Afterwards what Slack shows is laid beside what the desk holds. BATON_SLACK_KILLS: how many are killed in each mode,
3 unless it says more: workers and the ingress, and all sockets once.
"""

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.fake_slack import FakeSlack, Impossible, Message, Options
from tests.fakes import slack_desk
from tests.fakes.desk import View, eventually
from tests.fakes.slack_desk import BOT, INDEX, Mode, SlackDesk, buttons, payload
from tests.faults.checker import (
    Accepted,
    History,
    broken_ledger,
    epochs_rise,
    holders_speak,
    messages_are_kept,
    not_stuck,
    nothing_is_said_twice,
)
from tests.faults.grounds import DELAYS_S, Cluster, Ground, Sentinels
from tests.faults.proxy import Proxy
from tests.faults.test_kill_loop import everything, quiet
from tests.faults.traffic import Talk, answers

KILLS = int(os.environ.get("BATON_SLACK_KILLS", "3"))
CONVERSATIONS = 12
EVENTS = 24 * KILLS
# A channel takes a line each second, and the desk's takes a copy of what is written directly: however long the kills
# last, there is an end of what is still to be posted after them.
LINES = 8 * KILLS
SETTLED_WITHIN_S = 300.0
# A kill takes some seconds to heal; Slack's own second and third attempts come after one and five minutes.
RETRIES_S = (0.1, 1.0, 3.0, 6.0, 12.0)
WIRES_BROKEN = 3  # with each kill
LONGEST_STALL_S = 2.0  # nothing is said for so long; a call is given up after seven seconds
MODAL_S = 3.0  # how long somebody waits for a modal before they look again
LIMITED = ("chat.postMessage", "chat.update", "chat.getPermalink", "conversations.replies", "views.open", "users.info")
CHECKS = (messages_are_kept, nothing_is_said_twice, epochs_rise, not_stuck)


class SlackTalk(Talk):
    """A customer and the staff of one conversation in Slack; odd ones are direct messages, even ones threads."""

    def __init__(self, slack: SlackDesk, number: int, stop: threading.Event) -> None:
        self.slack = slack
        self.customer_name = slack.customer(f"guest{number}")
        self.where = f"@{self.customer_name}" if number % 2 else "#help"
        self.said: list[Message] = []
        self.native: set[str] = set()
        self.clicks = 0
        first = f"{'' if number % 2 else f'{BOT} '}hello from {number}"
        self.root = slack.says(self.customer_name, self.where, first)
        super().__init__(slack.desk, slack.conversation_of(self.root), stop)
        self._heard(self.root, first.removeprefix(f"{BOT} "))

    @property
    def events(self) -> int:
        return len(self.accepted) + self.clicks

    def _heard(self, message: Message, words: str) -> None:
        self.slack.arrived(message)
        self.said.append(message)
        self.accepted.append(Accepted(len(self.accepted) + 1, words))

    def customer(self) -> None:
        """In words that no guess at their language takes for French: what customers are told is counted by its text."""
        while not self.stop.is_set() and len(self.accepted) < LINES:
            number = len(self.accepted) + 1
            asks = self._chance.random() < 0.2
            ask = "I want to talk to a human" if asks else "please tell me what happened with my order"
            self._write(f"{ask}, this is line {number}")
            self.stop.wait(self._chance.uniform(0.1, 1.0))

    def _write(self, words: str) -> None:
        """The next line is written once this one has arrived, so the order of acceptance is known."""
        under = self.root if self.where == "#help" or len(words) % 2 else None
        self._heard(self.slack.says(self.customer_name, self.where, words, under=under), words)

    def _do_something(self, view: View) -> None:
        state, holder = view["state"], view["holder"]["name"]
        match state:
            case "queued":
                people = self._chance.sample(("ben", "cleo"), self._chance.choice((1, 2)))
                for person in people:
                    self._press(person, "claim")
            case "bot" if self.where == "#help" and self._chance.random() < 0.15:
                self._natively(self._chance.choice(("ana", "cleo")))
            case "held":
                self._hold(holder)
            case _:
                pass

    def _hold(self, holder: str) -> None:
        number = next(self._numbers)
        match self._chance.randrange(8):
            case 0 | 1 | 2 if self.where == "#help" and holder in ("ana", "cleo"):
                self._natively(holder)
            case 0 | 1 | 2 | 3:
                self._by_modal(holder, "reply", text=f"words {number} of staff in {self.id}")
            case 4:
                self._chatter(holder)
            case 5:
                self._press(holder, "release")
            case 6:
                self._by_modal(holder, "hand-back")
            case _:
                self._by_modal(holder, "resolve")

    def _natively(self, person: str) -> None:
        words = f"words {next(self._numbers)} of {person} in {self.id}"
        self.native.add(words)
        own = self.slack.says(person, self.where, words, under=self.root)
        self.clicks += 1
        self.slack.arrived(own)
        eventually(lambda: words in str(self._look()), what=f"{words!r} being heard")

    def _chatter(self, person: str) -> None:
        card = self._card("release")
        if card is not None:
            self.slack.says(person, card.channel, f"CANARY of staff in {self.id}", under=card)
            self.clicks += 1

    def _card(self, verb: str) -> Message | None:
        return next((each for each in self.slack.cards(self.id) if f"baton:{verb}" in buttons(each)), None)

    def _press(self, person: str, verb: str) -> bool:
        """False: there is no such button just now, or nobody answered. Slack sends a click once."""
        card = self._card(verb)
        if card is None:
            return False
        try:
            pressed = self.slack.click(person, card, verb)
        except Impossible:
            return False  # drawn anew meanwhile
        self.clicks += pressed.delivered
        return pressed.delivered

    def _by_modal(self, person: str, verb: str, **values: str) -> None:
        """One person fills in one modal at a time; who opened it dies with the ingress, then none comes."""
        with PEOPLE[person]:
            town = self.slack.town
            if not self._press(person, verb):
                return
            try:
                eventually(lambda: self.stop.is_set() or town.see(lambda slack: slack.modal(person)), within_s=MODAL_S)
            except AssertionError:
                return
            if town.see(lambda slack: slack.modal(person)) is None:
                return
            try:
                sent = town.tell(lambda slack: slack.submit(person, values))
                self.clicks += sent.delivered
                if not sent.delivered or sent.body.get("response_action") == "errors":
                    town.tell(lambda slack: slack.close_modal(person, everything=True))
            except Impossible:
                town.tell(lambda slack: slack.close_modal(person, everything=True))


PEOPLE = {name: threading.Lock() for name in slack_desk.STAFF}


class Wires:
    """Puts a wire in front of each server that it is given, and breaks one now and then."""

    def __init__(self, until: ExitStack) -> None:
        self._until = until
        self._proxies: list[Proxy] = []

    def __call__(self, url: str) -> str:
        self._proxies.append(self._until.enter_context(Proxy(url)))
        return self._proxies[-1].url

    def trouble(self, chance: random.Random) -> None:
        proxy = chance.choice(self._proxies)
        match chance.randrange(4):
            case 0:
                proxy.cut()
            case 1:
                proxy.swallow()
            case 2:
                proxy.stall(chance.uniform(0.1, LONGEST_STALL_S))
            case _:
                proxy.delay(chance.choice(DELAYS_S))

    def mend(self) -> None:
        for proxy in self._proxies:
            proxy.delay(0.0)

    @property
    def done(self) -> Counter[str]:
        faults = sum((proxy.faults for proxy in self._proxies), Counter[str]())
        return Counter({f"wire {name}": times for name, times in faults.items()})


def storm(
    desk: SlackDesk, talks: Sequence[SlackTalk], wires: Wires, store: Ground | None, failed: Callable[[], bool]
) -> Counter[str]:
    """Kill until it is enough and enough has happened, or a talk has failed: workers, each third time the ingress, and
    now and then all sockets at once. `store`: whose masters die as well."""
    chance = random.Random(KILLS)
    done: Counter[str] = Counter()
    while done["workers"] + done["ingress"] < KILLS or sum(talk.events for talk in talks) < EVENTS:
        trouble(desk, chance, talks)
        for _ in range(WIRES_BROKEN):
            wires.trouble(chance)
        if store is not None:
            asyncio.run(store.fault(chance))
        done["faults"] += 3 + len(LIMITED)
        turn = done["turns"] = done["turns"] + 1
        if turn % 3 == 0:
            desk.desk.ingress.restart_by_kill()
            desk.desk.ingress.wait_until_it_serves()
            desk.find_ingress()
            done["ingress"] += 1
        else:
            worker = chance.choice(desk.desk.workers)
            worker.restart_by_kill()
            worker.wait_until_it_serves()
            done["workers"] += 1
        if desk.mode == "socket" and turn % 3 == 1:
            done["sockets"] += desk.town.see(lambda slack: slack.sockets.lose())
        if failed():
            break
    del done["turns"]
    return done + wires.done + (store.done if store is not None else Counter())


def trouble(desk: SlackDesk, chance: random.Random, talks: Sequence[SlackTalk]) -> None:
    """The next posts go wrong: one after it was posted, one before, one is refused for now, as are other calls."""
    direct = chance.choice([talk.where for talk in talks if talk.where != "#help"])
    desk.town.see(lambda slack: slack.fault("drop_after", "chat.postMessage", skip=chance.randrange(4)))
    desk.town.see(lambda slack: slack.fault("drop_before", "chat.postMessage", skip=chance.randrange(4)))
    desk.town.see(lambda slack: slack.fault("ratelimited", "chat.postMessage", channel=direct, seconds=1))

    def limit(slack: FakeSlack) -> None:
        for method in LIMITED:
            slack.fault("ratelimited", method, skip=chance.randrange(3), seconds=1)

    desk.town.see(limit)


# ---- what Slack shows, beside what the desk holds --------------------------------------------------------------------


def shown_as_said(desk: SlackDesk, talk: SlackTalk, history: History) -> Iterator[str]:
    """Each public line of ours is in the customer's place once, in the transcript's order, and no other is. So nobody
    was heard there who did not hold it: what they said is checked against the journal."""
    sent, withheld = public_keys(talk, history), history.withdrawn
    posts = [each for each in desk.answers(talk.root) if payload(each).get("conversation") == talk.id]
    keys = [payload(each)["key"] for each in posts]
    for key, times in Counter(keys).items():
        if times > 1:
            seen = [(each.ts, payload(each)["kind"], each.text) for each in posts if payload(each)["key"] == key]
            yield f"{key} was posted {times} times: {seen}"
    known = [key for key in keys if key in sent]
    if known != [key for key in sent if key in known]:
        yield f"posted in another order than decided: {known}"
    for key in sent:
        if key not in keys:
            yield f"{key} was decided and never posted"
    for key in withheld:
        if key in keys:
            yield f"{key} was withdrawn and posted"
    for each in posts:
        if "CANARY" in each.text:
            yield f"a note of staff was posted: {each.text!r}"
        if payload(each)["kind"] == "reply" and payload(each)["key"] not in sent:
            yield f"{each.text!r} was posted and is no public line"


def through_us(talk: SlackTalk, history: History) -> History:
    """Without what staff wrote in the customer's own thread: it was seen there before it was here, whoever held it."""
    ours = [line for line in history.messages if line["text"] not in talk.native]
    return replace(history, view={**history.view, "messages": ours})


def one_live_card(desk: SlackDesk, history: History) -> Iterator[str]:
    """Who waits has exactly one card that can be claimed; who does not has none."""
    live = [each for each in desk.cards(history.conversation) if "baton:claim" in buttons(each)]
    waits = history.view["state"] in ("queued", "parked", "offered")
    if len(live) != int(waits):
        yield f"{len(live)} cards can be claimed in state {history.view['state']}"
    handoffs = Counter(payload(each)["handoff"] for each in desk.cards(history.conversation))
    for handoff, times in handoffs.items():
        if times > 1:
            yield f"handoff {handoff} has {times} cards"


def public_keys(talk: SlackTalk, history: History) -> list[str]:
    """The keys of the rows behind the public lines that leave from us, as they were decided. Native words of staff were
    in Slack before they were here."""
    sent = []
    for line in history.messages:
        key, kind = history.keys[line["n"] - 1], line["author"]["kind"]
        if not key or line["visibility"] != "public" or kind not in ("agent", "person", "system"):
            continue
        if line["text"] not in talk.native:
            sent.append(key)
    return sent


@contextmanager
def standing(make: Callable[[], Ground] | None) -> Iterator[Ground | None]:
    """The store, until the block ends; None: the desk has its own server, behind bad wires."""
    if make is None:
        yield None
        return
    ground = make()
    try:
        ground.start()
        yield ground
    finally:
        ground.remove()


@pytest.mark.parametrize(
    ("mode", "make"),
    [
        pytest.param("http", None, id="http"),
        pytest.param("socket", None, id="socket"),
        pytest.param("http", partial(Sentinels, whole=True), id="sentinels"),
        pytest.param("http", partial(Cluster, whole=True), id="cluster"),
    ],
)
def test_every_promise_is_kept_in_slack_while_processes_are_killed(
    tmp_path: Path, mode: Mode, make: Callable[[], Ground] | None
) -> None:
    """I1, I3, I5, I6, I11, I15"""
    began = time.monotonic()
    options = Options(retry_delays_s=RETRIES_S, methods_index=INDEX if INDEX.exists() else None)
    config = slack_desk.config(agent_timeout="20s")
    with (
        ExitStack() as until,
        standing(make) as store,
        slack_desk.opened(
            tmp_path,
            mode=mode,
            config=config,
            options=options,
            wire=(wires := Wires(until)),
            redis_url=store.wire() if store is not None else "",
            BATON_LEASE_S="2",
        ) as desk,
    ):
        desk.desk.model.otherwise(*answers(1000 * KILLS))
        stop = threading.Event()
        talks = [SlackTalk(desk, number, stop) for number in range(CONVERSATIONS)]
        with ThreadPoolExecutor(2 * len(talks)) as pool:
            speaking = [pool.submit(part) for talk in talks for part in (talk.customer, talk.staff)]
            try:
                kills = storm(
                    desk, talks, wires, store, lambda: any(part.done() and part.exception() for part in speaking)
                )
            finally:
                stop.set()
            for part in speaking:
                part.result()
        desk.town.see(lambda slack: slack.faults.clear())
        wires.mend()
        if store is not None:
            asyncio.run(store.heal())
        settle(desk)
        for talk in talks:
            talk.close()
        settle(desk)
        histories, slots = asyncio.run(everything(desk.desk.redis_url, talks, desk.desk))
        broken = [
            f"{history.conversation}: {problem}"
            for talk, history in zip(talks, histories, strict=True)
            for check in (
                *(promise(history) for promise in CHECKS),
                holders_speak(through_us(talk, history)),
                shown_as_said(desk, talk, history),
                one_live_card(desk, history),
            )
            for problem in check
        ]
        posts = desk.town.see(lambda slack: len(slack.calls("chat.postMessage")))

    where = store.name if store is not None else mode
    lines = sum(len(history.messages) for history in histories)
    moves = sum(len(history.journal) for history in histories)
    print(
        f"\nslack kill loop, {where}: {sum(talk.events for talk in talks)} events, {lines} lines, {moves} transitions, "
        f"{posts} posts, {dict(kills)} in {time.monotonic() - began:.0f} s"
    )
    broken += broken_ledger(histories, slots)
    assert broken == [], "\n".join(broken)


def settle(desk: SlackDesk) -> None:
    """Everything that people did has arrived, and everything that followed is done."""
    eventually(
        lambda: not desk.town.see(lambda slack: slack.deliveries.in_flight),
        what="every event arriving",
        within_s=SETTLED_WITHIN_S,
    )
    eventually(lambda: asyncio.run(quiet(desk.desk.redis_url)), what="quiet", within_s=SETTLED_WITHIN_S)
