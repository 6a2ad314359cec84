"""Everybody can see what lines are judged by."""

from bot.triage import engine
from tests.fakes.site import Site


def test_readiness_says_what_triage_runs_on_and_does_not_fail_for_want_of_the_better_one(site: Site) -> None:
    answer = site.api.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["triage"] == str(engine())
    assert answer.json()["triage"].startswith(("embedded (all-MiniLM-L6-v2", "TF-IDF ("))
