"""The decision: who holds a conversation next, and why. Pure: values in, values out."""
