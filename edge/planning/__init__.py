"""Which work: allocation, waves and cut-offs, batches, loads."""
