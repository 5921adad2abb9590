"""`secondwind policy`: what a person does with a policy file: check it, test it, complete it, borrow rules for it."""
