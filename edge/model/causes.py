"""Why a device cannot be reached, found in what its link says of it; the words stand in edge/model/words/links.py."""

CAUSES: tuple[tuple[str, str], ...] = (
    ("Occupied", "link.occupied"),
    ("Unauthorized", "link.unauthorized"),
    ("CERTIFICATE_VERIFY_FAILED", "link.certificate"),
    ("exclusively lock", "link.busy_port"),
    ("Device or resource busy", "link.busy_port"),
    ("Permission denied", "link.forbidden"),
    ("No such file", "link.no_port"),
    ("gaierror", "link.no_name"),
    ("No route to host", "link.no_route"),
    ("unreachable", "link.no_route"),
    ("ConnectionRefused", "link.refused"),
    ("Errno 111", "link.refused"),
    ("Connect call failed", "link.refused"),
    ("nobody answers", "link.nobody"),
    ("dead behind its gateway", "link.no_unit"),
    ("heartbeat", "link.heartbeat"),
    ("closed by", "link.closed"),
    ("ConnectionReset", "link.closed"),
    ("BrokenPipe", "link.closed"),
    ("IncompleteRead", "link.closed"),
    ("TimeoutError", "link.silent"),
    ("NoAnswer", "link.silent"),
    ("did not answer", "link.silent"),
    ("Refused: ", "link.refuses"),
)
"""What a lost link's error holds, and the code that explains it; the first that fits counts."""


def cause_of(error: str) -> str:
    """Return the code that explains why a link is down."""
    return next((code for part, code in CAUSES if part in error), "link.other")
