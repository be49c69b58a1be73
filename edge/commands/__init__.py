"""The sub-commands of `genba`, one file per area."""
