"""What a reader does: take an item, open it, hang it, write, sign, return it. No Qt."""
