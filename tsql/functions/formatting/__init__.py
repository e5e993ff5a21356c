"""to_char, to_date, to_timestamp and to_number: templates such as 'YYYY-MM-DD' and 'FM999,990.00'."""
