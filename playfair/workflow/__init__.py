"""What the workflow's rules ask of the configuration: the files of data sets and networks."""
