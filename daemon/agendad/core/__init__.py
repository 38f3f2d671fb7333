"""The pure core: no input, no output, no clock, no logging. Same arguments, same answer."""
