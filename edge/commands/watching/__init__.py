"""What `genba watch` makes of the word of each family of devices: lines for the engineer who connects it."""
