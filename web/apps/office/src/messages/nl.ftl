office-home = Kantoor
office-home-empty = Er is nog niets te tonen.
