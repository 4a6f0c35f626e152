//! Operators on numbers. What has no result in the base type (overflow, division by zero, a NaN) is NULL.

use crate::qti::model::{Rounding, Statistic, Tolerance};
use crate::qti::value::{Single, Value, whole};

/// All members of all operands, or nothing when one is NULL or not a number.
fn numbers(args: &[Value]) -> Option<Vec<&Single>> {
    let mut found = Vec::new();
    for arg in args {
        if arg.is_null() {
            return None;
        }
        for single in arg.members() {
            single.number()?;
            found.push(single);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// "sum" and "product": an integer when every operand is one, else a float.
pub(crate) fn fold(args: &[Value], exact: fn(i64, i64) -> Option<i64>, inexact: fn(f64, f64) -> f64) -> Value {
    let Some(found) = numbers(args) else { return Value::Null };
    if found.iter().all(|single| matches!(single, Single::Integer(_))) {
        let integers = found.iter().filter_map(|single| if let Single::Integer(integer) = single { Some(*integer) } else { None });
        return integers.map(Some).reduce(|a, b| exact(a?, b?)).flatten().map_or(Value::Null, Value::integer);
    }
    found.iter().filter_map(|single| single.number()).reduce(inexact).map_or(Value::Null, float)
}

/// A float result; NaN is outside its value space and so NULL.
fn float(number: f64) -> Value {
    if number.is_nan() { Value::Null } else { Value::float(number) }
}

fn both_integers(a: &Value, b: &Value) -> Option<(i64, i64)> {
    match (a.single()?, b.single()?) {
        (Single::Integer(a), Single::Integer(b)) => Some((*a, *b)),
        _ => None,
    }
}

pub(crate) fn subtract(a: &Value, b: &Value) -> Value {
    if let Some((a, b)) = both_integers(a, b) {
        return a.checked_sub(b).map_or(Value::Null, Value::integer);
    }
    match (a.number(), b.number()) {
        (Some(a), Some(b)) => float(a - b),
        _ => Value::Null,
    }
}

/// "divide": always a float; by zero is NULL.
pub(crate) fn divide(a: &Value, b: &Value) -> Value {
    match (a.number(), b.number()) {
        (Some(a), Some(b)) if b != 0.0 => float(a / b),
        _ => Value::Null,
    }
}

/// "power": a float; NULL outside the value set of float, "not including positive and negative infinity".
pub(crate) fn power(a: &Value, b: &Value) -> Value {
    match (a.number(), b.number()) {
        (Some(a), Some(b)) => Some(a.powf(b)).filter(|power| power.is_finite()).map_or(Value::Null, Value::float),
        _ => Value::Null,
    }
}

/// "integer-divide" and "integer-modulus": the quotient is the greatest integer that is not greater than x/y, so it floors, also below zero,
/// and the remainder has the sign of the divisor.
pub(crate) fn floor_division(a: &Value, b: &Value, quotient: bool) -> Value {
    let (Some(a), Some(b)) = (a.as_integer(), b.as_integer()) else { return Value::Null };
    let (Some(division), Some(rest)) = (a.checked_div(b), a.checked_rem(b)) else { return Value::Null };
    let below = rest != 0 && ((rest < 0) != (b < 0));
    Value::integer(match (quotient, below) {
        (true, true) => division - 1,
        (true, false) => division,
        (false, true) => rest + b,
        (false, false) => rest,
    })
}

/// "truncate" and "round": an integer; infinities stay what they are, NaN is NULL.
pub(crate) fn to_integer(value: &Value, rule: impl Fn(f64) -> f64) -> Value {
    match value.single() {
        Some(Single::Integer(integer)) => Value::integer(*integer),
        Some(single) => match single.number().map(rule) {
            Some(number) if number.is_infinite() => Value::float(number),
            Some(number) => whole(number).map_or(Value::Null, Value::integer),
            None => Value::Null,
        },
        None => Value::Null,
    }
}

/// "round-to": decimal places (zero and more) or significant figures (one and more), half away from the lower neighbour as in "round".
pub(crate) fn round_to(value: &Value, mode: Rounding, figures: Option<i64>) -> Option<f64> {
    let number = value.number()?;
    let figures = i32::try_from(figures?).ok()?;
    if number.is_nan() {
        return None;
    }
    if number.is_infinite() || number == 0.0 {
        return (figures >= 0).then_some(number);
    }
    let places = match mode {
        Rounding::DecimalPlaces if figures >= 0 => figures,
        Rounding::SignificantFigures if figures >= 1 => figures - 1 - number.abs().log10().floor() as i32,
        _ => return None,
    };
    if places > 300 {
        return Some(number);
    }
    let factor = 10_f64.powi(places.abs());
    let scaled = if places >= 0 { number * factor } else { number / factor };
    if !scaled.is_finite() || scaled.abs() >= 9.0e15 {
        return Some(number);
    }
    let rounded = (scaled + 0.5).floor();
    Some(if places >= 0 { rounded / factor } else { rounded * factor })
}

/// "equal": exact, or the second number within a tolerance of the first; a lone tolerance counts on both sides.
pub(crate) fn equal(a: &Value, b: &Value, mode: Tolerance, tolerance: &[Option<f64>], include: (bool, bool)) -> Value {
    let (Some(a), Some(b)) = (a.number(), b.number()) else { return Value::Null };
    if mode == Tolerance::Exact {
        return Value::boolean(a == b);
    }
    let Some(below) = tolerance.first().copied().flatten() else { return Value::Null };
    let Some(above) = tolerance.get(1).copied().unwrap_or(Some(below)) else { return Value::Null };
    if below < 0.0 || above < 0.0 || below.is_nan() || above.is_nan() {
        return Value::Null;
    }
    let (from, to) = match mode {
        // With a negative first number the percentages still reach down and up from it.
        Tolerance::Relative => (a - a.abs() * below / 100.0, a + a.abs() * above / 100.0),
        Tolerance::Absolute | Tolerance::Exact => (a - below, a + above),
    };
    let after = if include.0 { b >= from } else { b > from };
    let before = if include.1 { b <= to } else { b < to };
    Value::boolean(after && before)
}

/// "stats-operator": NULL when a member is not a number; a sample statistic needs two members.
pub(crate) fn statistics(container: &Value, statistic: Statistic) -> Value {
    let Some(found) = numbers(std::slice::from_ref(container)) else { return Value::Null };
    let numbers: Vec<f64> = found.iter().filter_map(|single| single.number()).collect();
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>();
    let variance = match statistic {
        Statistic::Mean => return float(mean),
        Statistic::SampleVariance | Statistic::SampleSd if numbers.len() < 2 => return Value::Null,
        Statistic::SampleVariance | Statistic::SampleSd => squares / (count - 1.0),
        Statistic::PopulationVariance | Statistic::PopulationSd => squares / count,
    };
    float(if matches!(statistic, Statistic::SampleSd | Statistic::PopulationSd) { variance.sqrt() } else { variance })
}

const FUNCTIONS: [&str; 30] = [
    "sin",
    "cos",
    "tan",
    "sec",
    "csc",
    "cot",
    "asin",
    "acos",
    "atan",
    "atan2",
    "asec",
    "acsc",
    "acot",
    "sinh",
    "cosh",
    "tanh",
    "sech",
    "csch",
    "coth",
    "log",
    "ln",
    "exp",
    "abs",
    "signum",
    "floor",
    "ceil",
    "toDegrees",
    "toRadians",
    "to-degrees",
    "to-radians",
];

pub(crate) fn is_function(name: &str) -> bool {
    // The square root is not among the specification's functions: it is "power" with one half.
    FUNCTIONS.contains(&name)
}

/// "math-operator": radians; NULL where the function has no value.
pub(crate) fn math(name: &str, args: &[Value]) -> Value {
    let Some(x) = args.first().and_then(Value::number) else { return Value::Null };
    if x.is_nan() {
        return Value::Null;
    }
    let result = match name {
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "sec" => 1.0 / x.cos(),
        "csc" => 1.0 / x.sin(),
        "cot" => 1.0 / x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "atan2" => match args.get(1).and_then(Value::number) {
            Some(second) => x.atan2(second),
            None => return Value::Null,
        },
        "asec" => (1.0 / x).acos(),
        "acsc" => (1.0 / x).asin(),
        "acot" => {
            if x == 0.0 {
                std::f64::consts::FRAC_PI_2
            } else {
                (1.0 / x).atan()
            }
        }
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "sech" => 1.0 / x.cosh(),
        "csch" => 1.0 / x.sinh(),
        "coth" => 1.0 / x.tanh(),
        "log" => x.log10(),
        "ln" => x.ln(),
        "exp" => x.exp(),
        "abs" => match args.first().and_then(Value::single) {
            Some(Single::Integer(integer)) => return integer.checked_abs().map_or(Value::Null, Value::integer),
            _ => x.abs(),
        },
        "signum" => {
            return Value::integer(if x > 0.0 {
                1
            } else if x < 0.0 {
                -1
            } else {
                0
            });
        }
        "floor" => return to_integer(&Value::float(x), f64::floor),
        "ceil" => return to_integer(&Value::float(x), f64::ceil),
        "toDegrees" | "to-degrees" => x.to_degrees(),
        "toRadians" | "to-radians" => x.to_radians(),
        _ => return Value::Null,
    };
    float(result)
}

/// "max" and "min": NULL when an operand is NULL or "not a numerical value"; an integer when all are.
pub(crate) fn extreme(args: &[Value], largest: bool) -> Value {
    let Some(found) = numbers(args) else { return Value::Null };
    let all_integers = found.iter().all(|single| matches!(single, Single::Integer(_)));
    let best = found.into_iter().reduce(|a, b| {
        let wins = match (a.number(), b.number()) {
            (Some(a), Some(b)) => (b > a) == largest && b != a,
            _ => false,
        };
        if wins { b } else { a }
    });
    match best {
        Some(single) if all_integers => Value::Single(single.clone()),
        Some(single) => single.number().map_or(Value::Null, Value::float),
        None => Value::Null,
    }
}

fn integers(args: &[Value]) -> Option<Vec<i64>> {
    numbers(args)?.into_iter().map(|single| Value::Single(single.clone()).as_integer()).collect()
}

fn common_divisor(a: i64, b: i64) -> Option<i64> {
    let (mut a, mut b) = (a.checked_abs()?, b.checked_abs()?);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    Some(a)
}

/// "gcd": never negative; zeros are left out unless all are zero, and then it is zero.
pub(crate) fn divisor(args: &[Value]) -> Value {
    let Some(found) = integers(args) else { return Value::Null };
    found.into_iter().try_fold(0, common_divisor).map_or(Value::Null, Value::integer)
}

/// "lcm": never negative; zero as soon as one is zero.
pub(crate) fn multiple(args: &[Value]) -> Value {
    let Some(found) = integers(args) else { return Value::Null };
    if found.contains(&0) {
        return Value::integer(0);
    }
    let result = found.into_iter().try_fold(1_i64, |a, b| {
        let b = b.checked_abs()?;
        (a / common_divisor(a, b)?).checked_mul(b)
    });
    result.map_or(Value::Null, Value::integer)
}
