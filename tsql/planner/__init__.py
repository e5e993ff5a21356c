"""Plans: bound statements to access paths and operators."""
