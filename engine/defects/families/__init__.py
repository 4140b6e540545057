"""The defects, by families: the modules of one kind, or of one part of it, stand together."""
