"""The operations of the DynamoDB API, one family each: from a request's body to an answer's."""
