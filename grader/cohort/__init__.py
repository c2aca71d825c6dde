"""A class: collect what was handed in, grade it, keep it, explain it, export it. Trusted side."""
