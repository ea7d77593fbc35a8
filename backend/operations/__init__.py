"""The words that diagrams can say: one file each, found by folder. Each registers itself in the catalogue."""
