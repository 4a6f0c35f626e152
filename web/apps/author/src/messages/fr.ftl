author-home = Items
author-home-empty = Il n’y a pas encore d’items.
