"""A histogram that costs next to nothing to feed: it is added up when somebody asks."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector


class Steps(Collector):
    """How many amounts were at most so large, for each of some bounds in rising order."""

    def __init__(self, name: str, about: str, bounds: Sequence[float], registry: CollectorRegistry) -> None:
        self._name = name
        self._about = about
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0
        registry.register(self)

    def observe(self, amount: float) -> None:
        """Count an amount."""
        self._counts[bisect_left(self._bounds, amount)] += 1
        self._sum += amount

    def collect(self) -> Iterator[Metric]:
        """Yield the histogram, as prometheus_client wants it."""
        bounds = [*(str(float(bound)) for bound in self._bounds), "+Inf"]
        totals = zip(bounds, accumulate(self._counts), strict=True)
        yield HistogramMetricFamily(self._name, self._about, buckets=list(totals), sum_value=self._sum)
