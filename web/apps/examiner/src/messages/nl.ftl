examiner-home = Te beoordelen
examiner-home-empty = Er ligt niets te beoordelen.
