//! The levels of the Common European Framework that the tests tell apart.

use serde::{Deserialize, Serialize};

/// A level on the scale of the Common European Framework of Reference, in rising order; `Below` is below A1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cefr {
    #[serde(rename = "below")]
    Below,
    A1,
    A2,
    B1,
    B2,
}

impl Cefr {
    /// From low to high.
    pub const ALL: [Cefr; 5] = [Cefr::Below, Cefr::A1, Cefr::A2, Cefr::B1, Cefr::B2];

    pub fn as_str(self) -> &'static str {
        match self {
            Cefr::Below => "below",
            Cefr::A1 => "A1",
            Cefr::A2 => "A2",
            Cefr::B1 => "B1",
            Cefr::B2 => "B2",
        }
    }
}

impl std::fmt::Display for Cefr {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

impl std::str::FromStr for Cefr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or_else(|| format!("`{text}` is no CEFR level"))
    }
}
