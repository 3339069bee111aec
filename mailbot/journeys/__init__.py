"""Four short journeys and the clock: gather, ask the core, commit. No opinions about the law."""
