"""What admins do: each change is kept with its receipt, and written down in the audit log."""
