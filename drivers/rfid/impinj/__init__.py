"""Impinj readers by their IoT device interface: REST for control, a stream of JSON lines for tags (R700, R720)."""
