"""Pages to try models with, served on this machine's own address."""
