examiner-home = To be rated
examiner-home-empty = There is nothing to rate.
