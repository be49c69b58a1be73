"""The WMS side of the edge: its API here, and the followers that tell it what happened."""
