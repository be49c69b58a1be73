"""How work is done, one file for each process. Plain decisions in one transaction; no I/O."""
