"""How long a test waits for what must come."""

PATIENCE = 30.0
"""Seconds of the real clock: no speed is measured by it, for a busy machine stands still now and then."""
