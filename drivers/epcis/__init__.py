"""EPCIS 2.0 documents: their words, what can be wrong with them, and whether two events say the same."""
