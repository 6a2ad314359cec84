"""The durable store on Redis: mailboxes, leases, outbox lanes, staffing and read models."""
