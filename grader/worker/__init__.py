"""The untrusted side: everything here shares a process with a learner's code."""
