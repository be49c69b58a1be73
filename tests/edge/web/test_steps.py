"""Steps tell what prometheus_client's own histogram tells."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from edge.web.steps import Steps

BOUNDS = (0.5, 1, 2.5)


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, 2.0, 2.5, 3.0, 100.0])))
def test_steps_are_told_as_a_histogram(amounts: list[float]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    steps = Steps("a_seconds", "Time of a.", BOUNDS, ours)
    histogram = Histogram("a_seconds", "Time of a.", buckets=BOUNDS, registry=theirs)
    for amount in amounts:
        steps.observe(amount)
        histogram.observe(amount)
    made = [line for line in generate_latest(theirs).decode().splitlines() if "_created" not in line]
    assert sorted(generate_latest(ours).decode().splitlines()) == sorted(made)
