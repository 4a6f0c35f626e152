//! Three-valued logic: TRUE, FALSE and NULL.

use crate::qti::value::Value;

/// "and": FALSE as soon as one is FALSE, whatever the others are; otherwise NULL when one is NULL.
pub(crate) fn and(args: &[Value]) -> Value {
    let known: Vec<Option<bool>> = args.iter().map(Value::as_boolean).collect();
    if known.contains(&Some(false)) {
        Value::boolean(false)
    } else if known.contains(&None) {
        Value::Null
    } else {
        Value::boolean(true)
    }
}

/// "or": TRUE as soon as one is TRUE; otherwise NULL when one is NULL.
pub(crate) fn or(args: &[Value]) -> Value {
    let known: Vec<Option<bool>> = args.iter().map(Value::as_boolean).collect();
    if known.contains(&Some(true)) {
        Value::boolean(true)
    } else if known.contains(&None) {
        Value::Null
    } else {
        Value::boolean(false)
    }
}

/// "any-n": whether the number of TRUEs lies between the bounds, NULL only when the NULLs could decide it.
pub(crate) fn any_n(args: &[Value], min: Option<i64>, max: Option<i64>) -> Value {
    let (Some(min), Some(max)) = (min, max) else { return Value::Null };
    let count = |wanted: Option<bool>| i64::try_from(args.iter().filter(|arg| arg.as_boolean() == wanted).count()).unwrap_or(i64::MAX);
    let (trues, nulls) = (count(Some(true)), count(None));
    if trues >= min && trues + nulls <= max {
        Value::boolean(true)
    } else if trues + nulls < min || trues > max {
        Value::boolean(false)
    } else {
        Value::Null
    }
}
