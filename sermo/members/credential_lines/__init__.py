"""The credential line beside a name: how exact it is, and how it reads."""
