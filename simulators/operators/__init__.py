"""People with handhelds: they know only what the screen says and what they see before them, and they err."""
