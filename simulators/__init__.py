"""The other end of every protocol, and the world they act in."""
