"""Triage by meaning: what is recognised without sharing words, how sure it is, and when it asks or stays silent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bot.agents.models.local import AnswerEntry, Embedder, LocalTriage, RouteExamples
from bot.agents.models.local.background import background_vectors, sentences
from bot.agents.models.local.encoder import Encoder, Floats
from bot.agents.models.local.health import close_routes, trial
from bot.agents.models.local.meaning import ByMeaning
from bot.agents.models.local.topics import phrases
from bot.agents.models.local.weights import FILE, load

ROUTES = [
    RouteExamples(
        "refunds",
        "Charges and refunds: billed twice, wrong amounts",
        (
            "I was charged twice", "refund please", "I want my money back", "there is a charge I do not know",
            "you took too much money from my card",
        ),
        "billing",
    ),
    RouteExamples(
        "login",
        "Signing in and passwords",
        (
            "I cannot log in", "my password does not work", "the reset mail does not arrive", "my account is locked",
            "I lost my second factor",
        ),
    ),
    RouteExamples(
        "outage",
        "Something is down or fails",
        (
            "the service is down", "I get an error 500", "nothing loads any more", "the API does not respond",
            "your site is very slow today",
        ),
    ),
]  # fmt: skip
INVOICES = AnswerEntry(
    "invoices", ("where is my invoice", "download an invoice", "I need a copy of my invoice"), "Under Account."
)
HOURS = AnswerEntry("hours", ("when are you open", "what are your opening hours"), "From nine to six.")


@pytest.fixture(scope="module")
def triage(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> LocalTriage:
    return LocalTriage(ROUTES, [INVOICES, HOURS], embedder=embedder.elsewhere(tmp_path_factory.mktemp("kept")))


# ---- topics ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("I was charged twice", "refunds"),
        ("i was CHARGED twice!!", "refunds"),
        ("I was chraged twice", "refunds"),
        ("I was charged twice, get me a person", "refunds"),
        ("give me my money back", "refunds"),
        ("my password is not accepted", "login"),
        ("your website is down", "outage"),
    ],
)
def test_what_is_nearly_an_example_is_routed(triage: LocalTriage, text: str, topic: str) -> None:
    judged = triage.judge(text)

    assert (judged.topic, judged.verdict, judged.engine) == (topic, "sure", "meaning")
    assert judged.topics[topic] >= 0.9


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("you billed my order two times", "refunds"),
        ("can't sign in any longer", "login"),
        ("all requests time out since this morning", "outage"),
    ],
)
def test_other_words_for_the_same_are_understood(triage: LocalTriage, text: str, topic: str) -> None:
    assert triage.judge(text).topic == topic
    assert triage.judge(text).topics[topic] >= 0.5


def test_the_shares_of_all_topics_are_no_more_than_one(triage: LocalTriage) -> None:
    for text in ("I was charged twice", "the reset mail failed with an error", "hello", "your prices are too high"):
        assert sum(triage.judge(text).topics.values()) <= 1 + 1e-6


def test_between_two_topics_it_names_both_for_a_question_back(triage: LocalTriage) -> None:
    judged = triage.judge("I cannot log in because of an error 500")

    assert judged.verdict == "ask"
    assert set(judged.candidates) == {"login", "outage"}


def test_what_is_hardly_in_scope_and_likely_one_topic_is_asked_about(triage: LocalTriage) -> None:
    assert triage.meaning is not None
    text = "how much is it"

    judged = triage.judge(text)

    assert 0.65 < triage.meaning.scores(text).in_scope < 0.75
    assert judged.topics["refunds"] >= 0.5
    assert judged.verdict == "ask"


@pytest.mark.parametrize(
    "text", ["what is the weather in paris", "write a poem about my cat", "who won the match", "how do I bake bread"]
)
def test_what_nobody_taught_is_out_of_scope(triage: LocalTriage, text: str) -> None:
    judged = triage.judge(text)

    assert (judged.verdict, judged.candidates, judged.answer) == ("out_of_scope", (), None)
    assert judged.in_scope < 0.4


@pytest.mark.parametrize("text", ["Mein Konto ist gesperrt und ich komme nicht mehr hinein", "我想退款", "не работает"])
def test_what_is_not_english_is_never_out_of_scope(triage: LocalTriage, text: str) -> None:
    judged = triage.judge(text)

    assert (judged.foreign, judged.out_of_scope, judged.verdict) == (True, False, "unsure")
    assert judged.engine == "words"


def test_examples_in_another_language_are_found_by_their_words(embedder: Embedder) -> None:
    german = RouteExamples("anmeldung", examples=("ich kann mich nicht anmelden", "mein Passwort geht nicht"))

    judged = LocalTriage([*ROUTES, german], embedder=embedder).judge("Hallo, ich kann mich nicht anmelden")

    assert (judged.topic, judged.verdict) == ("anmeldung", "sure")


# ---- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("where can I find my invoice?", INVOICES),
        ("I need an invoice copy", INVOICES),
        ("how can I download my invoice", INVOICES),
        ("when do you open", HOURS),
    ],
)
def test_a_question_that_is_surely_the_same_is_answered(
    triage: LocalTriage, text: str, entry: AnswerEntry
) -> None:  # fmt: skip
    judged = triage.judge(text)

    assert (judged.answer, judged.verdict) == (entry, "sure")
    assert judged.answers[entry.name] >= 0.9


@pytest.mark.parametrize(
    "text", ["where is my refund", "where is my parcel", "is the invoice wrong", "when will the service be up again"]
)
def test_a_question_that_is_only_near_is_not(triage: LocalTriage, text: str) -> None:
    assert triage.judge(text).answer is None


def test_on_a_tie_with_a_route_people_are_asked(embedder: Embedder) -> None:
    rival = RouteExamples("bills", examples=("where is my invoice", "my invoice is wrong"))

    assert LocalTriage([rival], [INVOICES], embedder=embedder).judge("where is my invoice").answer is None


def test_two_answers_to_one_question_are_none(embedder: Embedder) -> None:
    twin = AnswerEntry("twin", ("where is my invoice",), "Somewhere else.")

    assert LocalTriage([], [INVOICES, twin], embedder=embedder).judge("where is my invoice").answer is None


# ---- learning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "routes",
    [
        [],
        [RouteExamples("empty")],
        [RouteExamples("one", examples=("I was charged twice",))],
        [RouteExamples("one", "Charges"), RouteExamples("two", examples=("my account is locked",))],
        [RouteExamples("one", examples=("?!",)), RouteExamples("two", " ", ("", "\n"))],
    ],
)
def test_the_smallest_configurations_are_learned_too(embedder: Embedder, routes: list[RouteExamples]) -> None:
    triage = LocalTriage(routes, embedder=embedder)

    judged = triage.judge("I was charged twice")

    assert set(judged.topics) == {route.name for route in routes}
    assert all(0 <= p <= 1 for p in judged.topics.values())
    taught = any("charged" in example for route in routes for example in route.examples)
    assert (judged.verdict == "sure") == taught


def test_what_was_learned_is_kept_and_read_again(triage: LocalTriage) -> None:
    kept = triage.meaning
    assert kept is not None and kept.topics is not None
    again = ByMeaning(kept._embedder, ROUTES, [])
    assert again.topics is not None

    assert np.array_equal(again.topics.weights, kept.topics.weights)
    assert np.array_equal(again.topics.held_out.p, kept.topics.held_out.p)
    assert len(list((kept._embedder.folder / "learned").glob("*.npz"))) == 1


def test_a_damaged_file_of_what_was_learned_is_learned_anew(triage: LocalTriage) -> None:
    kept = triage.meaning
    assert kept is not None and kept.topics is not None
    (file,) = (kept._embedder.folder / "learned").glob("*.npz")
    file.write_bytes(b"PK\x03\x04 cut off")

    again = ByMeaning(kept._embedder, ROUTES, [])

    assert again.topics is not None
    assert np.allclose(again.topics.weights, kept.topics.weights)
    assert file.stat().st_size > 1000


def test_it_judges_the_same_text_the_same_way(triage: LocalTriage, embedder: Embedder) -> None:
    again = LocalTriage(ROUTES, [INVOICES, HOURS], embedder=embedder)

    for text in ("charge me less, refund", "cannot pay", "where is it"):
        assert again.judge(text).topics == pytest.approx(triage.judge(text).topics, abs=1e-3)


def test_a_line_that_was_prepared_is_judged_without_the_model(embedder: Embedder, tmp_path: Path) -> None:
    """The event loop only looks up what another thread has made."""
    encoder, pieces = load(embedder.folder / FILE)
    forward = Forward(encoder)
    triage = LocalTriage(ROUTES, embedder=Embedder(cast(Encoder, forward), pieces, tmp_path))
    line = "they billed me a second time, get me a person"
    triage.prepare(line)
    passes = forward.texts

    judged = triage.judge(line)

    assert judged.topics["refunds"] >= 0.5
    assert forward.texts == passes > 0


class Forward:
    """The encoder, with a count of the texts that went through it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.texts = 0

    def embed(self, texts: Sequence[Sequence[int]]) -> Floats:
        self.texts += len(texts)
        return self._encoder.embed(texts)


def test_the_parts_of_a_description_teach_one_by_one() -> None:
    assert phrases("Refunds, chargebacks: billed twice") == [
        "Refunds, chargebacks: billed twice", "Refunds", "chargebacks", "billed twice",
    ]  # fmt: skip
    assert phrases("Refunds") == ["Refunds"]
    assert phrases(" , ") == [","]


def test_the_background_is_some_hundred_different_sentences(embedder: Embedder) -> None:
    assert len(sentences()) == len(set(sentences())) >= 300
    assert len(background_vectors(embedder)) == len(sentences())


# ---- health ----------------------------------------------------------------------------------------------------------


def test_routes_that_say_the_same_are_told(embedder: Embedder) -> None:
    twins = [
        RouteExamples("refunds", examples=("I want my money back", "can you refund the order", "double charge")),
        RouteExamples("money", examples=("I would like my money back", "please refund this order", "charged double")),
        RouteExamples("login", examples=("I cannot log in", "log-in fails", "cannot sign in")),
    ]

    found = close_routes(ByMeaning(embedder, twins, []))

    assert [close.routes for close in found] == [("refunds", "money")]
    assert found[0].to_each_other > found[0].to_their_own


def test_routes_that_differ_are_not(triage: LocalTriage) -> None:
    assert triage.meaning is not None
    assert close_routes(triage.meaning) == []


def test_the_trial_counts_every_example_once(triage: LocalTriage) -> None:
    assert triage.meaning is not None

    done = trial(triage.meaning)

    assert done is not None
    assert sum(done.matrix.values()) == 15
    assert done.right >= 0.8
    assert "each of 15 examples" in str(done)
    assert [line.split()[1] for line in str(done).splitlines()[2:5]] == ["refunds", "login", "outage"]
