//! Names: how they are kept, found and compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest name taken, in characters.
pub const MAX_NAME: usize = 120;
/// Prefixes up to this length are indexed, so that a name is found by its beginning.
const LONGEST_PREFIX: usize = 8;

/// A name as it is kept: NFC, without control characters, single spaces.
pub fn clean(text: &str) -> String {
    let text: String = text.nfc().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that turn the direction of text or are not seen at all: in a name they only mislead.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Does the name have at least one letter, of whatever script?
pub fn is_name(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !text.chars().any(|c| c.is_ascii_digit() || matches!(c, '<' | '>' | '@' | '{' | '}'))
}

/// The words of a name without case and diacritics, as they are compared: `Çelik-Øster` gives `celik` and `oster`.
pub fn words(text: &str) -> Vec<String> {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c) && *c != 'ـ').flat_map(char::to_lowercase).map(fold).collect();
    // Letters that have no decomposition but are written otherwise on a Belgian keyboard.
    let folded = folded.replace('ß', "ss").replace('æ', "ae").replace('œ', "oe").replace('þ', "th");
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn fold(c: char) -> char {
    match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ı' => 'i',
        'ħ' => 'h',
        other => other,
    }
}

/// What is indexed of a name: the beginnings of each word, from two letters on, and the word itself.
pub fn keys(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = words(text)
        .iter()
        .flat_map(|word| {
            let length = word.chars().count();
            let beginnings = (2..=length.min(LONGEST_PREFIX)).map(|n| word.chars().take(n).collect());
            let whole = (length == 1).then(|| word.clone());
            beginnings.chain(whole).collect::<Vec<String>>()
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// The key by which a typed word is looked up; longer words are compared after opening what was found.
pub fn lookup_key(word: &str) -> String {
    word.chars().take(LONGEST_PREFIX).collect()
}

/// Is every typed word the beginning of a word of the name?
pub fn matches(name: &str, typed: &[String]) -> bool {
    let words = words(name);
    typed.iter().all(|beginning| words.iter().any(|word| word.starts_with(beginning.as_str())))
}

/// Might two people with one birth date be the same person? Family names may stand in the place of given names,
/// and one letter may differ in longer words. A shared given name alone says too little.
pub fn alike(given: &str, family: &str, other_given: &str, other_family: &str) -> bool {
    let close = |one: &[String], two: &[String]| one.iter().any(|a| two.iter().any(|b| words_alike(a, b)));
    let (given, family) = (words(given), words(family));
    let (other_given, other_family) = (words(other_given), words(other_family));
    let family_alike = close(&family, &other_family);
    let swapped = close(&family, &other_given) && (close(&given, &other_family) || given.is_empty() || other_family.is_empty());
    family_alike || swapped
}

fn words_alike(a: &str, b: &str) -> bool {
    if a == b {
        return a.chars().count() > 2;
    }
    a.chars().count().min(b.chars().count()) >= 4 && distance_within_one(a, b)
}

/// Is one word made from the other by at most one letter changed, added, dropped, or by two neighbours swapped?
fn distance_within_one(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let after = |rest: &[char], n: usize| rest.get(n..).unwrap_or_default().to_vec();
    let swapped = match (rest_a, rest_b) {
        ([a1, a2, ..], [b1, b2, ..]) => a1 == b2 && a2 == b1 && after(rest_a, 2) == after(rest_b, 2),
        _ => false,
    };
    swapped
        || (rest_a.len() == rest_b.len() && after(rest_a, 1) == after(rest_b, 1))
        || (rest_a.len() == rest_b.len() + 1 && after(rest_a, 1) == rest_b)
        || (rest_a.len() + 1 == rest_b.len() && rest_a == after(rest_b, 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_kept_in_one_normal_form_without_hidden_characters() {
        assert_eq!(clean("  Zoe\u{308}   \u{202e}Peeters\n"), "Zoë Peeters");
        assert_eq!(clean("سميرة"), "سميرة");
    }

    #[test]
    fn names_of_any_script_are_names_and_numbers_are_not() {
        for name in ["Samira", "سميرة", "Олена", "王", "Nguyễn", "O'Brien"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "   ", "12", "a<b>", "x@y"] {
            assert!(!is_name(other), "{other}");
        }
    }

    #[test]
    fn a_name_is_found_without_its_accents() {
        assert!(matches("Çelik-Østergård Nguyễn", &words("celik oster nguy")));
        assert!(!matches("Çelik", &words("celikk")));
        assert_eq!(keys("Li"), ["li"]);
        assert_eq!(keys("王"), ["王"]);
    }

    #[test]
    fn one_typing_error_or_swapped_names_are_alike_but_a_shared_given_name_is_not() {
        assert!(alike("Samira", "Benali", "Samira", "Benalli"));
        assert!(alike("Samira", "Benali", "Benali", "Samira"));
        assert!(alike("Jan", "Jansens", "Jan", "Janssens"));
        assert!(!alike("Mohamed", "El Idrissi", "Mohamed", "Haddad"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in "\\PC{0,60}") {
            prop_assert_eq!(clean(&clean(&text)), clean(&text));
        }

        #[test]
        fn a_name_is_found_by_the_beginning_of_each_of_its_words(text in "\\p{L}{1,12}( \\p{L}{1,12}){0,2}", n in 1_usize..12) {
            for word in words(&text) {
                let typed: String = word.chars().take(n).collect();
                prop_assert!(matches(&text, std::slice::from_ref(&typed)));
                if typed.chars().count() >= 2 || word.chars().count() == 1 {
                    prop_assert!(keys(&text).contains(&lookup_key(&typed)));
                }
            }
        }
    }
}
