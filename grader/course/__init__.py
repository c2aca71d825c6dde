"""Authoring: a chapter's master script becomes the exercise files that learners fill in. Trusted side."""
