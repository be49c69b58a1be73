"""A dense grid of robots that turn before they drive, by rules of its own (docs/traffic.md, "Dense grids")."""
