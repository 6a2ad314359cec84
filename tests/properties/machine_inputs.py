"""What the machine draws from: names that exist and some that do not, routes, edges, usages."""

from hypothesis import strategies as st

from routing.conversation import Choice, Spent, Target
from routing.events import RouteChoice
from routing.policy import Condition, Edge

STAFF = ("ana", "bob", "carl", "lena", "vic", "rita")
TEAMS = ("general", "billing", "office", "sundays", "sundays", "legal", "returning", "gone")
AGENTS = ("triage", "billing_agent", "tech_agent", "gone")
people = st.sampled_from((*STAFF, "nobody"))
targets = st.one_of(
    st.sampled_from(TEAMS).map(lambda name: Target("team", name)),
    people.map(lambda name: Target("person", name)),
    st.sampled_from(AGENTS).map(lambda name: Target("agent", name)),
)
edges = st.builds(
    Edge,
    from_=st.sampled_from(("*", "agent:triage", "agent:tech_agent", "person:ana", "team:general")),
    to=st.sampled_from(("*", "agent:billing_agent", "team:billing", "person:bob")),
    allow=st.booleans(),
    when=st.none() | st.just(Condition(hours="office")),
)
usages = st.builds(Spent, tokens=st.integers(0, 60), model_calls=st.integers(0, 2))
routes = st.none() | st.builds(
    RouteChoice,
    route=st.just("refunds"),
    to=targets,
    always=st.integers(0, 9).map(lambda n: n == 0),
    default=st.booleans(),
)
choices = st.sampled_from(
    (
        (), (), (Choice("", "helped"), Choice("", "person")), (Choice("", "person"),),
        (Choice("Charges"), Choice("Invoices"), Choice("", "person")), (Choice("Charges"),),
    )
)  # fmt: skip
