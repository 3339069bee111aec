"""The domain, pure: no await, clock, environment, logging, randomness or files."""
