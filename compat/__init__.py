"""What makes other systems' clients feel at home."""
