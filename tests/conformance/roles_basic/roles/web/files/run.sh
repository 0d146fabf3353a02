echo from the role
