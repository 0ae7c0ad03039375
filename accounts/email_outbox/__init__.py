"""E-mail to a person: encrypted where it is written, decrypted by the mailer that sends it.

Django's and allauth's e-mail goes through here. A message becomes an encrypted row, so no queue,
log or store shows an address, and known and unknown addresses take the same time.
"""
