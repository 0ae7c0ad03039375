"""The breach drill: the product is driven, copied as a thief would, attacked, and judged."""
