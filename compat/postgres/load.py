"""Imports what registers rows and functions: `PostgresCatalogs` is complete once this is imported."""

# ruff: noqa: F401 - imported for what they register

import compat.postgres.activity
import compat.postgres.comments
import compat.postgres.constraints
import compat.postgres.definitions
import compat.postgres.dependencies
import compat.postgres.extensions
import compat.postgres.function_text
import compat.postgres.information_functions
import compat.postgres.relations
import compat.postgres.roles
import compat.postgres.server_functions
import compat.postgres.server_state
import compat.postgres.text_search
import compat.postgres.time_zones
import compat.postgres.triggers
import compat.postgres.types
import compat.postgres.views
import compat.postgres.visibility
import tsql.types.opaque
