"""Code shared by all Harbor services. Nothing in here imports a service."""
