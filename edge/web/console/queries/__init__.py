"""What each view of the console reads: plain queries on committed rows, a page at a time."""
