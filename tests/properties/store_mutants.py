"""Bugs planted in the scripts, by name, and the promise that must notice each."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.store.scripts import sources
from tests.contracts import promises
from tests.contracts.promises import Promise


@dataclass(frozen=True, slots=True)
class Mutant:
    """In `script`, `old` becomes `new`."""

    name: str
    script: str
    old: str
    new: str
    caught_by: Promise

    def sources(self) -> Mapping[str, str]:
        text = sources()[self.script]
        assert text.count(self.old) == 1, f"{self.name}: {self.script}.lua no longer has this text exactly once"
        return {**sources(), self.script: text.replace(self.old, self.new)}


MUTANTS = (
    Mutant(
        "no lease check",
        "commit",
        "if stored[1] ~= owner or stored[2] ~= fence then return 'lost' end",
        "",
        promises.only_the_owner_commits,
    ),
    Mutant(
        "no lease check on rows",
        "prelude",
        "return now[1] == owner and now[2] == fence",
        "return true",
        promises.only_the_owner_marks_and_settles,
    ),
    Mutant(
        "no version check",
        "commit",
        "if at ~= version then return 'lost' end",
        "",
        promises.a_commit_on_an_old_version_is_refused,
    ),
    Mutant(
        "no dedupe",
        "enq",
        "if known then",
        "if false then",
        promises.an_event_that_is_accepted_again_changes_nothing,
    ),
    Mutant(
        "acknowledge before append",
        "enq",
        "append(tag, id, entry_of(",
        "do return {id, seq, 0, whole(now)} end append(tag, id, entry_of(",
        promises.what_is_accepted_is_in_the_mailbox_when_the_answer_comes,
    ),
    Mutant(
        "ENQ without wake",
        "enq",
        "rouse(tag, id, owner, real + debounce)",
        "if redis.call('HEXISTS', hash, 'o') == 0 then rouse(tag, id, nil, real + debounce) end",
        promises.mail_for_a_leased_conversation_rings_its_owner,
    ),
    Mutant(
        "ENQ without ready",
        "enq",
        "rouse(tag, id, owner, real + debounce)",
        "",
        promises.mail_makes_an_idle_conversation_ready,
    ),
    Mutant(
        "lease released with mail waiting",
        "unlease",
        "local keys = {tag .. ':m:' .. id}",
        "local keys = {tag .. ':none'}",
        promises.a_lease_is_not_given_back_while_mail_waits,
    ),
    Mutant(
        "lease released with a row waiting",
        "unlease",
        "redis.call('EXISTS', unpack(keys)) > 0",
        "redis.call('EXISTS', keys[1]) > 0",
        promises.a_lease_is_not_given_back_while_a_row_or_a_run_waits,
    ),
    Mutant(
        "MARK without floor",
        "mark",
        "if epoch and epoch < floor then",
        "if false then",
        promises.an_agents_words_below_the_floor_are_not_marked,
    ),
    Mutant(
        "closed with mail waiting",
        "commit",
        "if waiting > 0 then return 'mail_waiting' end",
        "",
        promises.a_conversation_does_not_close_while_mail_waits,
    ),
)
