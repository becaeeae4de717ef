"""The same application in each framework: posts in memory, so that the frameworks are measured."""
