"""A check that has never failed proves nothing: each planted bug breaks the promise that names it, in a copy."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties import agent_checks, choice_checks  # noqa: F401 - they register their checks
from tests.properties.checks import CHECKS
from tests.properties.mutants import MUTANTS, Mutant
from tests.properties.ring import MODULES, REAL, Ring, mutated
from tests.properties.test_machine import SETTINGS, machine


@pytest.fixture(scope="module")
def untouched_copy() -> Ring:
    return mutated({})


@pytest.mark.parametrize("name", CHECKS)
def test_the_ring_keeps_every_promise(name: str, untouched_copy: Ring) -> None:
    """The real ring, and a copy of it in which nothing was replaced: loading alone changes nothing."""
    CHECKS[name](REAL)
    CHECKS[name](untouched_copy)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_planted_bug_breaks_the_promise_that_names_it(mutant: Mutant) -> None:
    copy = mutant.ring()

    with pytest.raises(AssertionError):
        CHECKS[mutant.caught_by](copy)


def test_each_mutant_has_a_check_of_its_own_and_a_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 14
    assert {mutant.module for mutant in MUTANTS} <= set(MODULES)
    assert {mutant.caught_by for mutant in MUTANTS} <= set(CHECKS)


def test_the_machine_finds_nothing_wrong_with_an_untouched_copy(untouched_copy: Ring) -> None:
    run_state_machine_as_test(machine(untouched_copy), settings=settings(SETTINGS, max_examples=30))


@pytest.mark.parametrize("name", ["floor not raised on takeover", "unanswered flag lost", "slot not freed"])
def test_the_machine_finds_a_planted_bug_by_itself(name: str) -> None:
    """Without being told where to look: random orders of events break a promise."""
    mutant = next(one for one in MUTANTS if one.name == name)

    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(
            machine(mutant.ring()), settings=settings(SETTINGS, phases=[Phase.generate], report_multiple_bugs=False)
        )
