author-home = Items
author-home-empty = There are no items yet.
