"""LLRP 1.0.1: the link to a reader that speaks the standard, over TCP."""
