"""What RailFair is made with, one folder per technology; only `bootstrap` imports from here."""
