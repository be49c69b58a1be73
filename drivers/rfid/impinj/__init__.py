"""Impinj readers by their IoT device interface: REST for control, JSON lines for tags (Impinj R700, Impinj R720)."""
