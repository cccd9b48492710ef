"""What a trip costs: every fare that is for it, which of them are good on it, and why not."""
