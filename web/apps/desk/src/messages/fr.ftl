desk-home = Candidats
desk-home-empty = Cherchez un candidat ou inscrivez-en un nouveau.
