"""The forms: joining, acts, messages, staff. Each error appears at its field."""
