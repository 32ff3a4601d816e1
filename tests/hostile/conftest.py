"""Servers and peers that the tests of this folder talk to: those of tests/federation."""
