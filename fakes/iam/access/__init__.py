"""Who may do what: `rules` is what policies say, `decision` what follows from it; neither knows of HTTP."""
