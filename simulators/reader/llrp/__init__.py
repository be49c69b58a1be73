"""A simulated LLRP reader (LLRP 1.0.1)."""
