room-home = Sessions today
room-home-empty = No sessions are planned here today.
