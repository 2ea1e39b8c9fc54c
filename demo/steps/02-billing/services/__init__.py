"""The services of Harbor."""
