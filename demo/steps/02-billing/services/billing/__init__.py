"""Billing: plans, payments, receipts and statements."""

from .exports import slugify
from .plans import parse_plan

__all__ = ["parse_plan", "slugify"]
