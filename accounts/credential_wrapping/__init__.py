"""Key wrapping of the member credential: the only link between a user and a member.

A member credential is the member id (16 bytes) and the member secret (32 bytes). It is wrapped

    password    under HMAC-SHA256(PEPPER key, Argon2id(password, own salt))
    device      under HKDF(secret of the device's cookie)
    recovery    under HKDF(recovery code)
    custodians  for each pair (i, j) of three: encrypted to j, then to i, then to the INNER key

(docs/design/anonymity.md, three identities). Both stores without the PEPPER key give nothing to
test a guessed password against. All copies of one person are one row (`CredentialSlots`).
This package only computes; accounts.services stores the results.
"""
