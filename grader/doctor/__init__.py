"""`grader doctor`: what this machine has, and which attacks its sandbox holds back. Trusted side."""
