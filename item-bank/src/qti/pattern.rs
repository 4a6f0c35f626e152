//! `pattern-match`: XSD regular expressions (XML Schema part 2, appendix F), anchored, in linear time.
//!
//! The dialect is translated to that of the `regex` crate, which never backtracks. Where the two differ, the XSD meaning is written out.

use regex::{Regex, RegexBuilder};

/// Compiled programs are kept small: a short pattern can ask for an enormous one by nested counts.
const MAX_PROGRAM: usize = 1 << 20;
const MAX_LENGTH: usize = 16 << 10;
/// Sets of characters by their Unicode properties take microseconds each to build, however short they are to write.
const MAX_PROPERTIES: usize = 150;

/// The name characters of XML 1.0, for `\i` and `\c`.
const NAME_START: &str = r"_:A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}";
const NAME_MORE: &str = r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}\x{2040}";

/// A pattern ready to be matched against whole strings.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles an XSD pattern.
    ///
    /// # Errors
    /// Says why, when the pattern is malformed or asks for too large a program.
    pub fn new(xsd: &str) -> Result<Pattern, String> {
        if xsd.len() > MAX_LENGTH {
            return Err(format!("the pattern is longer than {MAX_LENGTH} bytes"));
        }
        RegexBuilder::new(&translate(xsd)?)
            .size_limit(MAX_PROGRAM)
            .dfa_size_limit(MAX_PROGRAM)
            .nest_limit(200)
            .build()
            .map(Pattern)
            .map_err(|error| format!("the pattern cannot be used: {error}"))
    }

    /// Whether the whole of the text matches: XSD patterns are anchored at both ends.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

fn translate(xsd: &str) -> Result<String, String> {
    let mut out = String::with_capacity(xsd.len() + 16);
    out.push_str(r"\A(?:");
    let mut characters = xsd.chars().peekable();
    // How many bracket expressions are open, and whether a quantifier would repeat another.
    let mut class = 0_u32;
    let mut class_start = false;
    let mut properties = 0_usize;
    while let Some(character) = characters.next() {
        let first_in_class = std::mem::replace(&mut class_start, false);
        if character == '\\' && characters.peek().is_some_and(|next| "sSdDwWiIcCpP".contains(*next)) {
            properties += 1;
            if properties > MAX_PROPERTIES {
                return Err(format!("the pattern has more than {MAX_PROPERTIES} sets such as \\w"));
            }
        }
        match character {
            '\\' => escape(characters.next().ok_or("the pattern ends in a backslash")?, &mut characters, class > 0, &mut out)?,
            '[' if class == 0 => {
                class = 1;
                class_start = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            // Only after a minus does a bracket inside brackets open another, which is subtracted.
            '[' => return Err("an opening bracket inside brackets must be escaped".to_owned()),
            ']' if class > 0 => {
                class -= 1;
                out.push(']');
            }
            '-' if class > 0 => {
                if characters.peek() == Some(&'[') {
                    characters.next();
                    class += 1;
                    class_start = true;
                    out.push_str("--[");
                    if characters.next_if_eq(&'^').is_some() {
                        out.push('^');
                    }
                } else if first_in_class || characters.peek() == Some(&']') {
                    out.push_str(r"\-");
                } else {
                    out.push('-');
                }
            }
            // These have a meaning inside brackets for the crate, and none in XSD.
            '&' | '~' if class > 0 => {
                out.push('\\');
                out.push(character);
            }
            // The dot is every character but the two line ends; the dollar and the circumflex are themselves.
            '.' if class == 0 => out.push_str(r"[^\n\r]"),
            '^' | '$' => {
                out.push('\\');
                out.push(character);
            }
            '(' if class == 0 => {
                if characters.peek() == Some(&'?') {
                    return Err("groups with a question mark are not part of XSD patterns".to_owned());
                }
                out.push_str("(?:");
            }
            // XSD knows no lazy or possessive repetition, so a second sign after a first would mean something else to the crate.
            '*' | '+' | '?' | '}' if class == 0 => {
                out.push(character);
                if matches!(characters.peek(), Some('?' | '+' | '*')) {
                    return Err("a repetition of a repetition needs a group".to_owned());
                }
            }
            other => out.push(other),
        }
    }
    if class > 0 {
        return Err("a bracket is never closed".to_owned());
    }
    out.push_str(r")\z");
    Ok(out)
}

fn escape(
    character: char,
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    in_class: bool,
    out: &mut String,
) -> Result<(), String> {
    let bracketed = |out: &mut String, negated: bool, set: &str| {
        out.push_str(if negated { "[^" } else { "[" });
        out.push_str(set);
        out.push(']');
    };
    match character {
        'n' => out.push_str(r"\n"),
        'r' => out.push_str(r"\r"),
        't' => out.push_str(r"\t"),
        's' => bracketed(out, false, r" \t\n\r"),
        'S' => bracketed(out, true, r" \t\n\r"),
        'd' => out.push_str(r"\p{Nd}"),
        'D' => out.push_str(r"\P{Nd}"),
        'w' => bracketed(out, true, r"\p{P}\p{Z}\p{C}"),
        'W' => bracketed(out, false, r"\p{P}\p{Z}\p{C}"),
        'i' => bracketed(out, false, NAME_START),
        'I' => bracketed(out, true, NAME_START),
        'c' => bracketed(out, false, &format!("{NAME_START}{NAME_MORE}")),
        'C' => bracketed(out, true, &format!("{NAME_START}{NAME_MORE}")),
        'p' | 'P' => {
            if characters.next() != Some('{') {
                return Err("a property needs braces".to_owned());
            }
            let name: String = characters.take_while(|next| *next != '}').collect();
            if let Some(block) = name.strip_prefix("Is") {
                let (first, last) = block_range(block).ok_or_else(|| format!("the block {block} is not known"))?;
                bracketed(out, character == 'P', &format!(r"\x{{{first:X}}}-\x{{{last:X}}}"));
            } else {
                out.push('\\');
                out.push(character);
                out.push_str(&format!("{{{name}}}"));
            }
        }
        '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' | '$' => {
            out.push('\\');
            out.push(character);
        }
        // Exporters escape more than the grammar asks; punctuation can only mean itself.
        other if other.is_ascii_punctuation() => out.push_str(&regex::escape(&other.to_string())),
        other => return Err(format!("\\{other} means nothing in an XSD pattern{}", if in_class { " inside brackets" } else { "" })),
    }
    Ok(())
}

/// The blocks that language items are likely to name.
fn block_range(name: &str) -> Option<(u32, u32)> {
    Some(match name {
        "BasicLatin" => (0x0, 0x7F),
        "Latin-1Supplement" => (0x80, 0xFF),
        "LatinExtended-A" => (0x100, 0x17F),
        "LatinExtended-B" => (0x180, 0x24F),
        "IPAExtensions" => (0x250, 0x2AF),
        "SpacingModifierLetters" => (0x2B0, 0x2FF),
        "CombiningDiacriticalMarks" => (0x300, 0x36F),
        "Greek" | "GreekandCoptic" => (0x370, 0x3FF),
        "Cyrillic" => (0x400, 0x4FF),
        "Armenian" => (0x530, 0x58F),
        "Hebrew" => (0x590, 0x5FF),
        "Arabic" => (0x600, 0x6FF),
        "Syriac" => (0x700, 0x74F),
        "Devanagari" => (0x900, 0x97F),
        "Bengali" => (0x980, 0x9FF),
        "Tamil" => (0xB80, 0xBFF),
        "Thai" => (0xE00, 0xE7F),
        "Tibetan" => (0xF00, 0xFFF),
        "Georgian" => (0x10A0, 0x10FF),
        "HangulJamo" => (0x1100, 0x11FF),
        "Ethiopic" => (0x1200, 0x137F),
        "LatinExtendedAdditional" => (0x1E00, 0x1EFF),
        "GreekExtended" => (0x1F00, 0x1FFF),
        "GeneralPunctuation" => (0x2000, 0x206F),
        "CurrencySymbols" => (0x20A0, 0x20CF),
        "Arrows" => (0x2190, 0x21FF),
        "MathematicalOperators" => (0x2200, 0x22FF),
        "Hiragana" => (0x3040, 0x309F),
        "Katakana" => (0x30A0, 0x30FF),
        "CJKUnifiedIdeographs" => (0x4E00, 0x9FFF),
        "HangulSyllables" => (0xAC00, 0xD7A3),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().matches(text)
    }

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        assert!(matches("ab|cd", "cd"));
        assert!(!matches("ab|cd", "abd"));
        assert!(!matches("a", "a\n"));
    }

    #[test]
    fn dollar_and_circumflex_are_themselves() {
        assert!(matches("a$", "a$"));
        assert!(matches("^a", "^a"));
        assert!(!matches("^a$", "a"));
    }

    #[test]
    fn classes_subtract() {
        assert!(matches("[a-z-[aeiou]]+", "brd"));
        assert!(!matches("[a-z-[aeiou]]+", "brood"));
    }

    #[test]
    fn a_minus_at_an_end_of_a_class_is_a_minus() {
        assert!(matches("[-a]+[a-]", "-a-"));
    }

    #[test]
    fn the_escapes_have_their_xsd_meaning() {
        assert!(matches(r"\d+", "٣3"));
        assert!(matches(r"\w+", "école"));
        assert!(!matches(r"\w", "-"));
        assert!(matches(r"\i\c*", "x-1"));
        assert!(!matches(r"\s", "\u{a0}"));
        assert!(matches(r"\p{IsArabic}+", "كتاب"));
        assert!(!matches(".", "\n"));
    }

    #[test]
    fn lazy_repetition_is_refused() {
        assert!(Pattern::new("a+?").is_err());
        assert!(Pattern::new("(?i)a").is_err());
        assert!(Pattern::new("[a").is_err());
        assert!(Pattern::new("((((a{1000}){1000}){1000}){1000})").is_err());
    }
}
