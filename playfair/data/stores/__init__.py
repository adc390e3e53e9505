"""Features and results in HDF5 files: written, read, imported, gathered and collated."""
