"""A maker's fleet management system, a program of its own: takes tasks over HTTP, moves its robots, calls back."""
