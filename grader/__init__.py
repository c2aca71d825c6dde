"""First Digits: a first course in deep learning that grades itself."""
