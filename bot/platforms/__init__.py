"""One package per chat product. Each knows one vendor and no sibling."""
