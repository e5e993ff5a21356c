"""Key-path execution: compiled expressions and operators over rows."""
