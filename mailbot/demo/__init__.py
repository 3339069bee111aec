"""The embedded servers and the invented company behind `make demo`."""
