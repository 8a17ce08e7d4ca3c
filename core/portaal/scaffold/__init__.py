"""What ``portaal plugin new`` writes: a distribution with a small product that passes every check."""
