"""Tools that test and measure the product. Not in its image; the product never imports them."""
