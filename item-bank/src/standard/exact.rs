//! Exact fractions for shares and scores. Half of 41 questions must not depend on how a binary fraction rounds.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A fraction in lowest terms with a positive denominator. Written `"1/2"`, or `"3"` when whole; read from `"1/2"`,
/// `"0.6"`, `"60%"` or a JSON number, which counts as the decimal that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exact {
    numerator: i64,
    denominator: i64,
}

/// The text or number is no fraction that fits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no exact number: write 1/2, 0.5, 50% or 12")]
pub struct NotExact(pub String);

impl Exact {
    pub const ZERO: Exact = Exact { numerator: 0, denominator: 1 };

    pub const fn whole(number: i64) -> Self {
        Self { numerator: number, denominator: 1 }
    }

    /// `None` when the denominator is not positive.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        Self::reduce(i128::from(numerator), i128::from(denominator))
    }

    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// `None` when the sum does not fit, which no test's points come near.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (n1, d1) = (i128::from(self.numerator), i128::from(self.denominator));
        let (n2, d2) = (i128::from(other.numerator), i128::from(other.denominator));
        Self::reduce(n1 * d2 + n2 * d1, d1 * d2)
    }

    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Self::reduce(i128::from(self.numerator) * i128::from(other.numerator), i128::from(self.denominator) * i128::from(other.denominator))
    }

    fn reduce(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator <= 0 {
            return None;
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()).max(1) as i128;
        Some(Self { numerator: i64::try_from(numerator / divisor).ok()?, denominator: i64::try_from(denominator / divisor).ok()? })
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = i128::from(self.numerator) * i128::from(other.denominator);
        left.cmp(&(i128::from(other.numerator) * i128::from(self.denominator)))
    }
}

impl From<i64> for Exact {
    fn from(number: i64) -> Self {
        Self::whole(number)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 { write!(out, "{}", self.numerator) } else { write!(out, "{}/{}", self.numerator, self.denominator) }
    }
}

impl FromStr for Exact {
    type Err = NotExact;

    fn from_str(text: &str) -> Result<Self, NotExact> {
        let wrong = || NotExact(text.to_owned());
        let trimmed = text.trim();
        if let Some(share) = trimmed.strip_suffix('%') {
            let per_cent = decimal(share.trim()).ok_or_else(wrong)?;
            return Self::new(1, 100).and_then(|hundredth| per_cent.checked_mul(hundredth)).ok_or_else(wrong);
        }
        match trimmed.split_once('/') {
            Some((above, below)) => {
                let above = above.trim().parse().map_err(|_| wrong())?;
                let below = below.trim().parse().map_err(|_| wrong())?;
                Self::new(above, below).ok_or_else(wrong)
            }
            None => decimal(trimmed).ok_or_else(wrong),
        }
    }
}

fn decimal(text: &str) -> Option<Exact> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit()) && !(whole.is_empty() && fraction.is_empty());
    if !digits || fraction.len() > 17 {
        return None;
    }
    let numerator: i128 = format!("{whole}{fraction}").parse().ok()?;
    Exact::reduce(numerator, 10_i128.checked_pow(fraction.len() as u32)?)
}

impl TryFrom<f64> for Exact {
    type Error = NotExact;

    /// The shortest decimal that reads back as this number: 0.6 is 3/5, not the binary fraction near it.
    fn try_from(number: f64) -> Result<Self, NotExact> {
        let text = format!("{number}");
        if number.is_finite() { text.parse() } else { Err(NotExact(text)) }
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.denominator == 1 { serializer.serialize_i64(self.numerator) } else { serializer.collect_str(self) }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text.parse(),
            serde_json::Value::Number(number) => number.to_string().parse(),
            other => Err(NotExact(other.to_string())),
        };
        read.map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_per_cent_is_three_fifths_however_it_is_written() {
        let three_fifths = Exact::new(3, 5).unwrap();
        for text in ["3/5", "0.6", "60%", "6/10", "60 %"] {
            assert_eq!(text.parse(), Ok(three_fifths), "{text}");
        }
        assert_eq!(Exact::try_from(0.6), Ok(three_fifths));
        assert_eq!(serde_json::from_str::<Exact>("0.6").unwrap(), three_fifths);
        assert_eq!(serde_json::to_string(&three_fifths).unwrap(), "\"3/5\"");
    }

    #[test]
    fn nonsense_is_no_exact_number() {
        for text in ["", ".", "1/0", "1/-2", "half", "1e3", "0.1.2"] {
            assert!(text.parse::<Exact>().is_err(), "{text}");
        }
        assert!(Exact::try_from(f64::NAN).is_err());
    }

    #[test]
    fn ten_tenths_make_one() {
        let tenth: Exact = "0.1".parse().unwrap();
        let sum = (0..10).try_fold(Exact::ZERO, |sum, _| sum.checked_add(tenth)).unwrap();
        assert_eq!(sum, Exact::whole(1));
    }
}
