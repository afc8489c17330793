"""Articles of our own, labelled by hand, and how much of them the reader finds."""
