"""One module for each way to pay."""
