room-home = Sessies van vandaag
room-home-empty = Vandaag zijn hier geen sessies gepland.
