"""A learner's work: found, read without running it, and called through a worker. Trusted side."""
