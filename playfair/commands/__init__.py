"""What commands of the program `playfair` do, beside reading their options."""
