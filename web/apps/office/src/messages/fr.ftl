office-home = Bureau
office-home-empty = Il n’y a encore rien à montrer.
