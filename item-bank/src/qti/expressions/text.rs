//! Operators on text: comparisons by Unicode, and patterns.

use unicode_normalization::UnicodeNormalization;

use crate::qti::pattern::Pattern;
use crate::qti::scope::Scope;
use crate::qti::value::{Single, Value};

/// A comparison of two texts, NULL when either is NULL.
pub(crate) fn compare(a: &Value, b: &Value, test: impl Fn(&str, &str) -> bool) -> Value {
    match (a.single(), b.single()) {
        (Some(a), Some(b)) => Value::boolean(test(&a.to_string(), &b.to_string())),
        _ => Value::Null,
    }
}

/// The text as it is compared: composed, so that an é typed as two code points is the é of the key, and folded when case does not count.
///
/// Folding is Unicode's: ß and SS are the same word, and so are the two sigmas.
pub(crate) fn comparable(text: &str, case_sensitive: bool) -> String {
    if text.is_ascii() {
        return if case_sensitive { text.to_owned() } else { text.to_ascii_lowercase() };
    }
    let composed: String = text.nfc().collect();
    if case_sensitive { composed } else { composed.to_uppercase().to_lowercase().replace('ς', "σ").nfc().collect() }
}

pub(crate) fn same(a: &str, b: &str, case_sensitive: bool) -> bool {
    a == b || comparable(a, case_sensitive) == comparable(b, case_sensitive)
}

/// "substring": whether the first text is part of the second.
pub(crate) fn substring(part: &str, whole: &str, case_sensitive: bool) -> bool {
    comparable(whole, case_sensitive).contains(&comparable(part, case_sensitive))
}

/// "pattern-match" against a pattern of the item or one that a variable holds.
pub(crate) fn pattern_match(value: &Value, pattern: Option<&Pattern>, variable: Option<&str>, scope: &mut Scope<'_>) -> Value {
    let Some(single) = value.single() else { return Value::Null };
    let text = single.to_string();
    if let Some(pattern) = pattern {
        return Value::boolean(pattern.matches(&text));
    }
    // Compiling a pattern costs far more than a step, and an item could ask for it in a loop.
    let held = variable.map(|name| scope.variable(name));
    match held.as_ref().and_then(Value::single) {
        Some(Single::String(pattern) | Single::Identifier(pattern)) if scope.spend(2_000) => {
            Pattern::new(pattern).map_or(Value::Null, |pattern| Value::boolean(pattern.matches(&text)))
        }
        _ => Value::Null,
    }
}
