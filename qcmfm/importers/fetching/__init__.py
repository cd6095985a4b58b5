"""Requests to other servers: public addresses only, at a limited rate, cached on disk."""
