"""A small EPCIS 2.0 repository, a program of its own: captures events, keeps each once, and finds what is wrong."""
