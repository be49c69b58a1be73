"""Simulated VDA 5050 robots, written from the standard alone."""
