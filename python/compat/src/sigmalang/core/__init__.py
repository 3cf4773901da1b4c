"""Streaming encoder and buffer pool."""
