"""What a class got, as files for other programs and course sites. Trusted side."""
