//! What wants the machine for itself: its clock is set, its database stands still. `make soak` runs these, `make test` does not.

mod clock;
mod overload;
