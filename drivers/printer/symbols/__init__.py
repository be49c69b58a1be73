"""The symbols of a label as modules, for its picture; the printer draws its own from the same text (H71, H74)."""
