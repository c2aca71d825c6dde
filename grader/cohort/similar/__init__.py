"""Near-identical submissions, found by what is rare in their syntax. Trusted side."""
