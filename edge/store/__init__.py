"""Everything durable: tables, transactions, task queue, journal."""
