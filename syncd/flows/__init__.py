"""The flows: the order of steps. They gather through edges, let the core decide and apply through edges."""
