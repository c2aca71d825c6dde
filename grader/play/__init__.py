"""`grader play`: a page to draw digits on, read by the learner's own model. Trusted side."""
