"""Grading a class: jobs from the gradebook to workers and back, once more where checks have changed. Trusted side."""
