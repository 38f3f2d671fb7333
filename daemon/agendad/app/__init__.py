"""Use cases: each module is one thing that a person can ask for. The command line and the service call them."""
