"""Scales with a serial line or TCP: whole grams, and only when the load has settled."""
