"""What the community store keeps encrypted, and to whom: moderation, mailer, custodians, member."""
