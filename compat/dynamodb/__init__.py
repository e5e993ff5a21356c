"""The DynamoDB API: values, expressions, validation and operations."""
