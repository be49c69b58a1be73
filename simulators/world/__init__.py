"""The virtual world: time, network and goods of a site in one process, deterministic from one seed."""
