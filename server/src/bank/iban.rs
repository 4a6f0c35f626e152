//! Account numbers: the check digits of an IBAN (ISO 13616: the rearranged number leaves 1 by 97).

/// The number without spaces and in capitals, when its check digits are right.
pub fn normalised(text: &str) -> Option<String> {
    let iban: String = text.chars().filter(|c| !c.is_whitespace() && *c != '.' && *c != '-').collect::<String>().to_uppercase();
    let well_formed = (15..=34).contains(&iban.len())
        && iban.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && iban.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && iban.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    // A Belgian number has sixteen characters.
    let right_length = !iban.starts_with("BE") || iban.len() == 16;
    (well_formed && right_length && remainder(&iban) == Some(1)).then_some(iban)
}

fn remainder(iban: &str) -> Option<u32> {
    let (head, tail) = iban.split_at_checked(4)?;
    tail.chars().chain(head.chars()).try_fold(0, |rest, c| {
        let value = c.to_digit(36)?;
        Some(if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 })
    })
}

/// In groups of four, as it is printed.
pub fn grouped(iban: &str) -> String {
    let groups: Vec<String> = iban.chars().collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_number_is_valid_and_none_with_one_wrong_digit() {
        assert_eq!(normalised("be68 5390 0754 7034").as_deref(), Some("BE68539007547034"));
        assert_eq!(grouped("BE68539007547034"), "BE68 5390 0754 7034");
        let right = "BE68539007547034";
        for at in 2..right.len() {
            for digit in '0'..='9' {
                let wrong: String = right.chars().enumerate().map(|(place, c)| if place == at { digit } else { c }).collect();
                assert_eq!(normalised(&wrong).is_some(), wrong == right, "{wrong}");
            }
        }
    }

    #[test]
    fn what_is_no_account_number_is_refused() {
        for text in ["", "BE68", "BE6853900754703", "NL91 ABNA 0417 1643 01", "6868539007547034", "BE68-5390-0754-7034x"] {
            assert!(normalised(text).is_none(), "{text}");
        }
        assert!(normalised("NL91 ABNA 0417 1643 00").is_some());
    }
}
