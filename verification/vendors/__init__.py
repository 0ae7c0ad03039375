"""Adapters that speak the vendors' wire formats, behind ports; a null adapter where none is set."""
