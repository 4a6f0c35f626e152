//! Sitting a test at a kiosk: docs/kiosk-protocol.md, step by step.
//!
//! An answer is acknowledged only after it is durable ([`writer`]); the server owns the time ([`rules`]); a kiosk receives questions without
//! keys, under names made for one attempt ([`paper`]).

pub mod actions;
pub mod http;
pub mod incidents;
pub mod incidents_http;
pub mod languages;
pub mod media;
pub mod paper;
pub mod plays;
pub mod recordings;
pub mod recordings_http;
pub mod rules;
pub mod sitting;
pub mod start;
pub mod store;
pub mod who;
pub mod writer;

use sea_orm::DbErr;

/// Why a kiosk is refused something.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the code is wrong")]
    CodeWrong,
    #[error("the code was used")]
    CodeUsed,
    #[error("the code has expired")]
    CodeExpired,
    #[error("too many wrong codes at this kiosk")]
    TooManyTries,
    #[error("the code belongs to another kiosk")]
    WrongKiosk,
    #[error("the session is not open")]
    SessionNotOpen,
    #[error("the session is paused")]
    SessionPaused,
    #[error("the language is not offered")]
    LanguageUnknown,
    #[error("no form is published for this part")]
    NoForm,
    #[error("no cut-score rule is in force for this part")]
    NoCutScore,
    #[error("nothing goes on at this kiosk")]
    NothingToResume,
    #[error("another kiosk has taken over")]
    TakenOver,
    #[error("there is no such thing in this sitting")]
    NotFound,
    #[error("another attempt is to be sat first")]
    NotCurrent,
    #[error("the attempt is not running")]
    NotRunning,
    #[error("the attempt is closed")]
    Closed,
    #[error("the plays are used up")]
    PlaysUsedUp { plays: i64, max_plays: i64 },
    #[error("answers are missing: {got} of {said}")]
    AnswersMissing { got: i64, said: i64 },
    #[error("the slice's hash is not that of its bytes")]
    SliceDamaged,
    #[error("another slice has this number")]
    SliceDiffers,
    #[error("slices are missing")]
    SlicesMissing { missing: Vec<i64> },
    #[error("the recording was played back")]
    AlreadyPlayed,
    /// A file could not be written or read: the disk is full, or gone.
    #[error("the media store refused: {0}")]
    Media(#[from] std::io::Error),
    #[error("a question cannot be delivered: {0}")]
    Item(String),
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Sealed(#[from] crate::crypto::CannotOpen),
}
