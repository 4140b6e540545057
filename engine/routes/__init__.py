"""The routes of engine.md 4: thin, since each only joins the edge to what does the work."""
