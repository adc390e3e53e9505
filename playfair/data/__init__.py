"""Data: labels, synthetic clips, video files, GulpIO, frame sampling, transforms, HDF5 stores."""
