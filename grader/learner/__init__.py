"""What a learner does besides `pytest grader`: see where he stands, read a hint, begin a function anew."""
