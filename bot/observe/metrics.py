"""What Prometheus may ask this process. The same names stand on the dashboard."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.tenure import World
from bot.worker import Worker


class _Process(Collector):
    def __init__(self, world: World, worker: Worker) -> None:
        self._world = world
        self._worker = worker

    def collect(self) -> Iterator[Metric]:
        turns = self._world.turns
        yield CounterMetricFamily("baton_events_decided", "Events decided by this process", turns.decided)
        yield CounterMetricFamily("baton_rows_sent", "Outbox rows performed by this process", turns.sent)
        yield CounterMetricFamily("baton_agent_runs", "Agent turns begun by this process", turns.runs)
        yield CounterMetricFamily("baton_dead_letters", "Events and rows given up by this process", turns.dead)
        yield GaugeMetricFamily("baton_conversations_leased", "Conversations leased to this process", self._worker.held)


def register(registry: CollectorRegistry, world: World, worker: Worker) -> None:
    registry.register(_Process(world, worker))
