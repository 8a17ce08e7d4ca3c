"""Message traffic: the toolkit that any product can use. A product says which messages, this says how."""
