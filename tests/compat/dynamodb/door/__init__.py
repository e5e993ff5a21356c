"""The DynamoDB API through its door: real SDKs and raw HTTP against a running server."""
