"""Whether agents have used up what a conversation may cost: its total, whoever used it, by the holder's budget."""

from .conversation import Conversation, Spent
from .policy import Budget, Policy
from .values import duration_words

MICROS = 1_000_000


def budget_of(policy: Policy, agent: str) -> Budget:
    declared = policy.agents.get(agent)
    return declared.budget if declared is not None else Budget()


def used_up(budget: Budget, spent: Spent) -> str:
    """Which limit has been reached, in words for the journal; empty while there is room."""
    if budget.tokens is not None and spent.tokens >= budget.tokens:
        return f"{spent.tokens:,} of {budget.tokens:,} tokens are used"
    if budget.money is not None and spent.money_micros >= round(budget.money * MICROS):
        return f"{spent.money_micros / MICROS:.4f} of {budget.money:g} in money is used"
    if budget.model_calls is not None and spent.model_calls >= budget.model_calls:
        return f"{spent.model_calls} of {budget.model_calls} model calls are used"
    if budget.wall_time_ms is not None and spent.wall_time_ms >= budget.wall_time_ms:
        return f"{duration_words(spent.wall_time_ms)} of {duration_words(budget.wall_time_ms)} of time is used"
    return ""


def one_handoff_too_many(policy: Policy, conversation: Conversation, sender: str, receiver: str) -> str:
    """Whether another agent would be one more than the sender's or the receiver's `hops` allow; counted as for
    `max_handoffs`, where n agents in the chain are n - 1 handoffs."""
    would_be = len(conversation.hops)
    for agent in (sender, receiver):
        most = budget_of(policy, agent).hops
        if most is not None and would_be > most:
            return f"{would_be} handoffs, {most} are in the budget of {agent}"
    return ""


def left(budget: Budget, spent: Spent) -> Budget:
    """What one run may still use; `hops` are counted where they are committed."""
    return Budget(
        tokens=None if budget.tokens is None else max(0, budget.tokens - spent.tokens),
        money=None if budget.money is None else max(0.0, budget.money - spent.money_micros / MICROS),
        wall_time_ms=None if budget.wall_time_ms is None else max(0, budget.wall_time_ms - spent.wall_time_ms),
        model_calls=None if budget.model_calls is None else max(0, budget.model_calls - spent.model_calls),
    )
