"""Every bug that the engine's design names is planted in the scripts, in `decide` or in what calls them; the
accident of the small storm that is clean without it finds it and says which promise it broke.

Two of them have nothing to be planted in: there is no FLUSH (words that leave in pieces, without floor) and no SWEEP
(of slots that nobody uses, without a look at the mail). A row that is assumed unsent in a new generation needs a store
that forgets: it is planted in `test_generations.py`.
"""

import re
from pathlib import Path

import pytest

import handlers.apply
from bot.store.scripts import sources
from tests.faults import small_storm
from tests.faults.small_storm import Accident, storm
from tests.properties import mutants, store_mutants
from tests.properties.test_slot_order import planted

pytestmark = pytest.mark.anyio

# The accident in which it does harm, and what is then said of it.
IN_SCRIPTS: dict[str, tuple[Accident, str]] = {
    "no lease check": (small_storm.taken_over_before_it_writes, r": left over: "),
    "no lease check on rows": (small_storm.taken_over_before_it_sends, r": row .* was posted 2 times"),
    "no dedupe": (small_storm.heard_twice, r": reply 'here I am' by ben \(ok\) happened 2 times"),
    "acknowledge before append": (small_storm.said_at_the_last_moment, r"accepted message \(1, .*\) is lost"),
    "ENQ without wake": (small_storm.said_while_an_agent_thinks, r": left over: mail "),
    "ENQ without ready": (small_storm.said_at_the_last_moment, r"left over: mail "),
    "lease released with mail waiting": (small_storm.said_at_the_last_moment, r": left over: mail "),
    "lease released with a row waiting": (small_storm.cut_off_before_it_sends, r": left over: 1 rows for customer"),
    "MARK without floor": (
        small_storm.taken_over_before_it_leaves, r": agent:triage said 'answer .*' while person:ben held it",
    ),
}  # fmt: skip
IN_DECIDE: dict[str, tuple[Accident, str]] = {
    "resolve without seen": (
        small_storm.resolved_unseen, r": message 2 was resolved unseen: ben had seen up to 1",
    ),
    "timer without epoch": (
        small_storm.an_old_deadline, r": the deadline of an earlier wait moved it to none after . ms",
    ),
}  # fmt: skip
VERSION = "if at ~= version then return 'lost' end"
HEAD = "if mail_id ~= '' and (not head or mail_id_of(head) ~= mail_id) then return 'not_head' end"


async def test_the_storm_breaks_no_promise(redis_url: str, tmp_path: Path) -> None:
    assert await storm(redis_url, tmp_path) == []


@pytest.mark.parametrize("name", IN_SCRIPTS)
async def test_a_bug_in_a_script_is_found(redis_url: str, tmp_path: Path, name: str) -> None:
    mutant = next(one for one in store_mutants.MUTANTS if one.name == name)

    accident, said = IN_SCRIPTS[name]

    found(accident, said, await storm(redis_url, tmp_path, sources=mutant.sources(), accidents=[accident]))


async def test_no_version_check_is_found(redis_url: str, tmp_path: Path) -> None:
    """An event is decided once because of two checks: of the version, and that it is still the next one. The storm
    cannot tell who has only the other, so both are missing here."""
    commit = sources()["commit"]
    assert commit.count(VERSION) == commit.count(HEAD) == 1
    without = {**sources(), "commit": commit.replace(VERSION, "").replace(HEAD, "")}

    accident = small_storm.written_late

    broken = await storm(redis_url, tmp_path, sources=without, accidents=[accident])

    found(accident, r": message \(1, .*\) is in the transcript 2 times", broken)


@pytest.mark.parametrize("name", IN_DECIDE)
async def test_a_bug_in_decide_is_found(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    mutant = next(one for one in mutants.MUTANTS if one.name == name)
    monkeypatch.setattr(handlers.apply, "decide", mutant.ring().decide)
    accident, said = IN_DECIDE[name]

    found(accident, said, await storm(redis_url, tmp_path, accidents=[accident]))


async def test_a_slot_taken_after_the_commit_is_found(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers.apply, "write", planted().write)

    accident = small_storm.died_after_it_wrote

    found(accident, r".*\] without a slot", await storm(redis_url, tmp_path, accidents=[accident]))


def found(accident: Accident, said: str, broken: list[str]) -> None:
    assert any(re.search(f"{accident.__name__}.*{said}", problem) for problem in broken), broken
