//! The languages in which the server itself speaks: problems, papers and mail.

use std::str::FromStr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    #[default]
    Nl,
    En,
    Fr,
    Ar,
}

impl Locale {
    pub const ALL: &[Self] = &[Self::Nl, Self::En, Self::Fr, Self::Ar];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
            Self::Fr => "fr",
            Self::Ar => "ar",
        }
    }

    /// The first language of an `Accept-Language` header that we speak (RFC 9110, 12.5.4; weights other than the order are not looked at,
    /// since browsers and our own pages send them in falling order).
    pub fn from_accept_language(header: &str) -> Self {
        header
            .split(',')
            .filter_map(|range| range.split([';', '-']).next())
            .find_map(|language| language.trim().parse().ok())
            .unwrap_or_default()
    }
}

impl FromStr for Locale {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|locale| locale.as_str().eq_ignore_ascii_case(text)).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn the_first_language_that_we_speak_is_taken() {
        assert_eq!(Locale::from_accept_language("ti, ar-MA;q=0.9, fr;q=0.8"), Locale::Ar);
        assert_eq!(Locale::from_accept_language("fr-BE,fr;q=0.9,en;q=0.8"), Locale::Fr);
        assert_eq!(Locale::from_accept_language("*"), Locale::Nl);
        assert_eq!(Locale::from_accept_language(""), Locale::Nl);
    }
}
