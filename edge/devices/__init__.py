"""Keeps every driver connected, turns its events into facts and committed rows into commands."""
