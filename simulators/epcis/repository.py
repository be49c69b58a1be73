"""What a repository keeps: events by their id, each once, and what was wrong with what it was given (I48, I52)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drivers.epcis.faults import events_of, faults
from drivers.epcis.same import fingerprint

Event = Mapping[str, Any]
VALIDATION = "epcisException:ValidationException"


@dataclass(slots=True)
class Job:
    """One document under capture: all of it, or nothing."""

    id: str
    ends_at: float
    """Seconds of the clock until when it says that it runs."""
    errors: list[dict[str, str]] = field(default_factory=list)

    def told(self, now: float) -> dict[str, Any]:
        """Return it as the standard's capture job."""
        return {
            "captureID": self.id,
            "running": now < self.ends_at,
            "success": not self.errors,
            "captureErrorBehaviour": "rollback",
            "errors": self.errors,
        }


class Repository:
    """The events of one repository, in memory."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, bool], Event] = {}
        """By id, and whether it declares an error."""
        self.jobs: dict[str, Job] = {}
        self.repeated = 0
        """Events that came again, the same under the same id."""
        self.refused: list[dict[str, str]] = []
        self.refuse: dict[str, None] = {}
        """Business steps that it takes from nobody, for tests of what is refused."""

    def capture(self, document: object, ends_at: float = 0.0) -> Job:
        """Take a document: what it knows already changes nothing, and one bad event keeps all of them out."""
        job = Job(f"job-{len(self.jobs) + 1}", ends_at)
        self.jobs[job.id] = job
        job.errors += [_error(f"{one.where}: {one.fault} {one.value}".strip()) for one in faults(document)]
        events = events_of(document) or ()
        job.errors += [error for event in events if (error := self._contradiction(event)) is not None]
        if job.errors:
            self.refused += job.errors
            return job
        for event in events:
            key = _key(event)
            self.repeated += key in self.events
            self.events.setdefault(key, event)
        return job

    def having(self, step: str) -> list[Event]:
        """Return the events of a business step that hold: those without a declaration that they are wrong."""
        wrong = {event_id for event_id, declared in self.events if declared}
        return [
            event
            for (event_id, declared), event in self.events.items()
            if not declared and event_id not in wrong and event.get("bizStep") == step
        ]

    def report(self) -> dict[str, Any]:
        """Return the figures."""
        steps: dict[str, int] = {}
        for event in self.events.values():
            step = str(event.get("bizStep", event["type"]))
            steps[step] = steps.get(step, 0) + 1
        declared = sum(declared for _, declared in self.events)
        return {
            "events": len(self.events),
            "steps": dict(sorted(steps.items())),
            "declared_wrong": declared,
            "repeated": self.repeated,
            "refused": self.refused[-50:],
        }

    def _contradiction(self, event: Any) -> dict[str, str] | None:
        if not isinstance(event, Mapping):
            return None
        if event.get("bizStep") in self.refuse:
            return _error(f"no {event['bizStep']} is taken here")
        known = self.events.get(_key(event))
        if known is None or fingerprint(known) == fingerprint(event):
            return None
        return _error(f"{event.get('eventID')} is known with other content")


def all_of(events: Sequence[Event]) -> dict[str, Any]:
    """Return events as the answer to a query."""
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": list(events)}}},
    }


def _key(event: Event) -> tuple[str, bool]:
    return str(event.get("eventID")), "errorDeclaration" in event


def _error(detail: str) -> dict[str, str]:
    return {"type": VALIDATION, "title": "Event refused", "detail": detail}
