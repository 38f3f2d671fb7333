"""Mail on disk: a Maildir++ folder, as mail programs and fetchers keep it."""
