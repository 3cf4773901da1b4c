"""Streaming pipelines of Python functions over overlapping windows, on libsqrtspace."""

from __future__ import annotations

from .pipeline import Config, SqrtSpacePipeline

__all__ = ["Config", "SqrtSpacePipeline"]
