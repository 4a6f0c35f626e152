desk-home = Candidates
desk-home-empty = Find a candidate or register a new one.
