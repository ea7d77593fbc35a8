"""Law and arithmetic: pure functions over dates. "Now" is always an argument; no Django, no database."""
