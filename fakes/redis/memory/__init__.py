"""The command set of fakeredis, corrected where it answers otherwise than Valkey does."""
