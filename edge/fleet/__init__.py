"""Who moves: the roadmap, traffic, tours, assignment of jobs to robots, charging. Pure: no database, no I/O."""
