author-home = Items
author-home-empty = Er zijn nog geen items.
