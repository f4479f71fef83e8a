"""Credits: an append-only ledger and the balance that it adds up to."""
