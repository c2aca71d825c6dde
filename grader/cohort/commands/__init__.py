"""The command line of a class: `grader grade`, `regrade`, `report`, `export` and what they share. Trusted side."""
