"""Protocols of the floor, knowing nothing of warehouses."""
