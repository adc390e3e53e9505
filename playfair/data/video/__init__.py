"""Videos and frames: decoding, encoding, GulpIO."""
