office-home = Office
office-home-empty = There is nothing to show yet.
