"""The member credential in the encrypted session, and the cookie of a known device."""
