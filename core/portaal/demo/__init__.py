"""The demonstration: invented people and gemeenten, and the processes of one machine. Never used in production."""
