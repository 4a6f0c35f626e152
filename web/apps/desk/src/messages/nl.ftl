desk-home = Kandidaten
desk-home-empty = Zoek een kandidaat of registreer een nieuwe.
