"""A simulation of the consult: what pooling answers gains, and what it does not."""
