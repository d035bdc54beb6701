"""What tests share: pieces of configs, a simulated world. Nothing here tests anything."""
