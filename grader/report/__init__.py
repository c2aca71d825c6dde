"""What a run found, written for its readers: one render function for each kind of report. Trusted side."""
