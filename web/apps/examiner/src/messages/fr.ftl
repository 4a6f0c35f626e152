examiner-home = À évaluer
examiner-home-empty = Il n’y a rien à évaluer.
