"""How pytest runs the checks: options, fixtures, verdicts. Trusted side."""
