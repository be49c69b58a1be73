"""Steps for many robots on a dense floor of square cells (docs/traffic.md, "Dense grids")."""
