//! The QR code by which a phone fills in a transfer: EPC069-12, version 2.
//!
//! The structured communication stands in the unstructured field: the structured one is for references by ISO 11649 (RF…), and banks in Belgium
//! read `+++ddd/dddd/ddddd+++` wherever a communication may stand.

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

use crate::money::Cents;

const MAX_NAME: usize = 70;

/// The lines of the code. `None` for an amount outside of what the guideline allows (EUR 0.01 to 999999999.99).
pub fn payload(name: &str, iban: &str, amount: Cents, communication: &str) -> Option<String> {
    if !(1..=99_999_999_999).contains(&amount.0) {
        return None;
    }
    let name: String = name.chars().take(MAX_NAME).collect();
    let euros = format!("EUR{}.{:02}", amount.0 / 100, amount.0 % 100);
    // Service tag, version, UTF-8, credit transfer, no BIC within the EEA, payee, account, amount, no purpose, no RF reference, communication.
    Some(["BCD", "002", "1", "SCT", "", &name, iban, &euros, "", "", communication].join("\n"))
}

/// The dark squares, row by row, and how many make a side. The guideline asks for error correction level M.
pub fn squares(payload: &str) -> Result<(usize, Vec<bool>), QrError> {
    let code = QrCode::with_error_correction_level(payload, EcLevel::M)?;
    Ok((code.width(), code.to_colors().into_iter().map(|colour| colour == Color::Dark).collect()))
}

/// With the quiet zone of four squares.
pub fn svg(payload: &str) -> Result<String, QrError> {
    let (side, dark) = squares(payload)?;
    let mut path = String::new();
    for (place, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
        path.push_str(&format!("M{} {}h1v1h-1z", place % side + 4, place / side + 4));
    }
    let whole = side + 8;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{whole}v{whole}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_says_what_the_guideline_asks_line_by_line() {
        let text = payload("Atlas, integratie & inburgering Antwerpen", "BE68539007547034", Cents(18_005), "+++312/4013/98067+++").unwrap();
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(
            lines,
            [
                "BCD",
                "002",
                "1",
                "SCT",
                "",
                "Atlas, integratie & inburgering Antwerpen",
                "BE68539007547034",
                "EUR180.05",
                "",
                "",
                "+++312/4013/98067+++"
            ]
        );
        assert!(text.len() <= 331);
        assert!(payload(&"x".repeat(100), "BE68539007547034", Cents(1), "").unwrap().contains(&format!("\n{}\n", "x".repeat(70))));
        assert_eq!(payload("A", "BE68539007547034", Cents(0), ""), None);
        assert_eq!(payload("A", "BE68539007547034", Cents(-5), ""), None);
    }

    #[test]
    fn the_drawing_has_as_many_squares_as_the_code() {
        let text = payload("Atlas", "BE68539007547034", Cents(9_000), "+++312/4013/98067+++").unwrap();
        let (side, dark) = squares(&text).unwrap();
        assert_eq!(dark.len(), side * side);
        // The guideline allows version 13 at most: 69 squares a side.
        assert!(side <= 69);
        assert_eq!(svg(&text).unwrap().matches("h1v1").count(), dark.iter().filter(|dark| **dark).count());
    }
}
