"""Python drivers doing everyday work: psycopg 3, asyncpg, pg8000."""
