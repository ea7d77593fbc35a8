"""One file, one measure."""
