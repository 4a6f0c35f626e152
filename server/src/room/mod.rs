//! The test room: who sits where, who is at which question, and what the invigilator does about it.
//!
//! Everything is read from the database each time, so that any number of server processes show the same room. Every action is one
//! transaction with a guarded change, an audit row and, where it concerns a candidate's test, an incident in the room's report.

pub mod absence;
pub mod actions;
pub mod http;
pub mod interventions;
pub mod live;
pub mod names;
pub mod reopening;
pub mod rescue;
pub mod rules;
pub mod state;
pub mod store;
pub mod tickets;

use sea_orm::DbErr;

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such session, booking or kiosk")]
    NotFound,
    /// Somebody else did it, or something else, in the meantime.
    #[error("somebody else was just before")]
    Conflict,
    #[error("the session is of another day")]
    NotToday,
    #[error("the session is not open")]
    SessionNotOpen,
    #[error("the identity was not checked")]
    IdentityNotChecked,
    #[error("the candidate has no seat")]
    NotSeated,
    #[error("somebody sits at this kiosk")]
    SeatTaken,
    #[error("the kiosk is not enrolled, revoked, or of another site")]
    KioskNotUsable,
    #[error("candidates are still at work")]
    StillBusy { candidates: usize },
    #[error("the candidate has started")]
    AlreadyStarted,
    #[error("no attempt is going on")]
    NotRunning,
    #[error("the attempt ended too long ago")]
    ReopenTooLate,
    #[error("an examiner has it")]
    RatedAlready,
    #[error("the next part has begun")]
    NextPartBegun,
    #[error("no part has ended")]
    NothingToReopen,
    /// Opened again without a minute more it would be over at once.
    #[error("no time is left")]
    NoTimeLeft,
    #[error("the file is no rescue file")]
    RescueUnreadable,
    #[error("the file is of another session or site, or not signed by the kiosk it names")]
    RescueForeign,
    #[error("the file was read before")]
    RescueRead,
    #[error("the attempt is closed")]
    Closed,
    #[error("the media store refused: {0}")]
    Media(#[from] std::io::Error),
    #[error("the paper could not be made: {0}")]
    Paper(String),
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Sealed(#[from] crate::crypto::CannotOpen),
}
