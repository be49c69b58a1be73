"""The form of the words of one area."""

from collections.abc import Mapping

Table = Mapping[str, tuple[str, str, str, str]]
"""By code: what is the matter and what to do next in Japanese, and both in English.

Codes are stable: the WMS, tests and the journal know them. Placeholders in braces are filled from the reason's details.
"""
