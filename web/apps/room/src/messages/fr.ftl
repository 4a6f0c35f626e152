room-home = Sessions du jour
room-home-empty = Aucune session n’est prévue ici aujourd’hui.
