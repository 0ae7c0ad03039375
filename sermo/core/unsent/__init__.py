"""Forms that did not arrive: their words are kept, and given back in the form."""
