//! Texts: comparing, searching and patterns.

use regex::RegexBuilder;
use unicode_normalization::UnicodeNormalization;

use super::super::processing::Context;
use super::super::value::{Scalar, Value};
use super::super::xml::Element;
use super::boolean;

/// A pattern longer than this, or one that grows beyond it when built, is refused.
const MAX_PATTERN: usize = 16 * 1024;
const MAX_BUILT: usize = 4 * 1024 * 1024;

pub fn apply(context: &Context<'_>, expression: &Element, arguments: &[Value]) -> Result<Value, String> {
    if arguments.iter().any(Value::is_null) || arguments.is_empty() {
        return Ok(Value::Null);
    }
    let text = |n: usize| arguments.get(n).and_then(Value::single).map(Scalar::text).ok_or("it takes single texts");
    let case_sensitive = expression.attribute("case-sensitive") != Some("false");
    Ok(boolean(Some(match expression.name.as_str() {
        "string-match" => {
            let (a, b) = (text(0)?, text(1)?);
            let (a, b) = (normal(&a, case_sensitive), normal(&b, case_sensitive));
            if expression.attribute("substring") == Some("true") { a.contains(&b) } else { a == b }
        }
        // Whether the first is found within the second.
        "substring" => {
            let (part, whole) = (text(0)?, text(1)?);
            normal(&whole, case_sensitive).contains(&normal(&part, case_sensitive))
        }
        "pattern-match" => {
            let pattern = expression.attribute("pattern").ok_or("pattern is missing")?;
            let variable = pattern.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            let named = variable.and_then(|name| context.variable(name)).and_then(Value::single).map(Scalar::text);
            pattern_matches(named.as_deref().unwrap_or(pattern), &text(0)?)?
        }
        other => return Err(format!("{other} is not known")),
    })))
}

/// Composed (NFC), and folded where case does not count.
fn normal(text: &str, case_sensitive: bool) -> String {
    if case_sensitive { text.nfc().collect() } else { fold(text) }
}

pub fn same_folded(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

/// Upper, then lower: ß and SS, final and other sigma come out alike.
fn fold(text: &str) -> String {
    text.nfc().collect::<String>().to_uppercase().to_lowercase().nfc().collect::<String>().replace('ς', "σ")
}

/// An XML Schema pattern (XSD part 2, appendix F): it fits the whole text, and takes time that grows with the text alone.
pub fn pattern_matches(pattern: &str, text: &str) -> Result<bool, String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("a pattern of more than {MAX_PATTERN} bytes is refused"));
    }
    let built = RegexBuilder::new(&format!(r"\A(?:{})\z", translate(pattern)))
        .size_limit(MAX_BUILT)
        .dot_matches_new_line(false)
        .build()
        .map_err(|_| "the pattern cannot be read".to_owned())?;
    Ok(built.is_match(text))
}

/// From XML Schema's words to ours: `^` and `$` are characters there, `\i` and `\c` are those of XML names, and a class may subtract another.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut in_class = 0usize;
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('i') => out.push_str(if in_class > 0 { r"_:\p{L}" } else { r"[_:\p{L}]" }),
                Some('I') => out.push_str(r"[^_:\p{L}]"),
                Some('c') => out.push_str(if in_class > 0 { r"-._:\p{L}\p{N}\p{M}" } else { r"[-._:\p{L}\p{N}\p{M}]" }),
                Some('C') => out.push_str(r"[^-._:\p{L}\p{N}\p{M}]"),
                Some(escaped) => {
                    out.push('\\');
                    out.push(escaped);
                }
                None => out.push_str(r"\\"),
            },
            '^' if in_class == 0 => out.push_str(r"\^"),
            '$' if in_class == 0 => out.push_str(r"\$"),
            '[' => {
                in_class += 1;
                out.push('[');
                if characters.peek() == Some(&'^') {
                    characters.next();
                    out.push('^');
                }
            }
            ']' if in_class > 0 => {
                in_class -= 1;
                out.push(']');
            }
            '-' if in_class > 0 && characters.peek() == Some(&'[') => out.push_str("--"),
            '&' | '~' if in_class > 0 => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}
