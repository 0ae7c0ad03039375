"""What proves and measures the product. Not part of its image; the product never imports it."""
