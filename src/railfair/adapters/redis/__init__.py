"""What processes share: answers, locks and the counts of requests. Source: Redis 7, Valkey 8."""
