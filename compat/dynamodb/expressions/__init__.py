"""Expressions: conditions, filters, key conditions, projections and updates.

Text to tree to closures; see condition.py for how. Expressions know nothing of tables but the names
and types of key attributes that they are told.
"""

from compat.dynamodb.expressions.condition import Condition, compile_condition
from compat.dynamodb.expressions.key_condition import (
    KeyCondition,
    KeyConditionDraft,
    KeyRange,
    check_filter,
    compile_key_condition,
    read_key_condition,
)
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.projection import Projection, compile_projection
from compat.dynamodb.expressions.update import Update, compile_update

__all__ = [
    "Condition",
    "KeyCondition",
    "KeyConditionDraft",
    "KeyRange",
    "Placeholders",
    "Projection",
    "Update",
    "check_filter",
    "compile_condition",
    "compile_key_condition",
    "compile_projection",
    "compile_update",
    "read_key_condition",
]
