"""What each chapter asks for: ordinary pytest functions, one file a chapter."""
