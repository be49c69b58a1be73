"""`genba simulate`: the real edge and the simulated floor in virtual time, judged after every run."""
