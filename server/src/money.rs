//! Amounts of money: whole cents of the euro, never a float.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    pub const ZERO: Self = Self(0);
}

impl Add for Cents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Cents {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Cents {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// As Belgians write it: `€ 1.234,50`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let euros = (self.0.unsigned_abs() / 100).to_string();
        let grouped: Vec<&str> = euros.as_bytes().rchunks(3).rev().filter_map(|chunk| std::str::from_utf8(chunk).ok()).collect();
        write!(f, "€ {sign}{},{:02}", grouped.join("."), self.0.unsigned_abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::Cents;

    #[test]
    fn an_amount_reads_as_belgians_write_it() {
        assert_eq!(Cents(9000).to_string(), "€ 90,00");
        assert_eq!(Cents(-123_456_705).to_string(), "€ -1.234.567,05");
        assert_eq!(Cents(5).to_string(), "€ 0,05");
    }
}
