"""A small WMS, a program of its own: sends orders, keeps books of what the site tells, and finds every mistake."""
