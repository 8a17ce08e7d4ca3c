"""Finding messages again: lists, one message with its timeline, its payload, and marking it as processed."""
