//! Arithmetic. NULL in, NULL out; what has no value (a division by zero) is NULL too.

use super::super::processing::Context;
use super::super::value::{Cardinality, Scalar, Value};
use super::super::xml::Element;
use super::{float, integer_attribute};

pub fn apply(context: &Context<'_>, expression: &Element, arguments: &[Value]) -> Result<Value, String> {
    let name = expression.name.as_str();
    if arguments.iter().any(Value::is_null) || arguments.is_empty() {
        return Ok(Value::Null);
    }
    let scalars: Vec<&Scalar> = arguments.iter().flat_map(Value::scalars).collect();
    let numbers: Vec<f64> = scalars.iter().map(|scalar| scalar.number().ok_or("it takes numbers")).collect::<Result<_, _>>()?;
    let whole: Option<Vec<i64>> =
        scalars.iter().map(|scalar| if let Scalar::Integer(number) = scalar { Some(*number) } else { None }).collect();
    let two = || match numbers.as_slice() {
        [a, b] => Ok((*a, *b)),
        _ => Err(format!("it takes two numbers, not {}", numbers.len())),
    };
    let two_whole = || match whole.as_deref() {
        Some([a, b]) => Ok((*a, *b)),
        _ => Err("it takes two whole numbers".to_owned()),
    };
    let first = numbers.first().copied().unwrap_or(0.0);
    Ok(match name {
        "sum" => match whole.as_ref().map(|whole| whole.iter().try_fold(0i64, |sum, number| sum.checked_add(*number))) {
            Some(sum) => integer(sum),
            None => float(numbers.iter().sum()),
        },
        "product" => match whole.as_ref().map(|whole| whole.iter().try_fold(1i64, |product, number| product.checked_mul(*number))) {
            Some(product) => integer(product),
            None => float(numbers.iter().product()),
        },
        "subtract" => match whole.as_deref() {
            Some([a, b]) => integer(a.checked_sub(*b)),
            _ => two().map(|(a, b)| float(a - b))?,
        },
        "divide" => {
            let (a, b) = two()?;
            if b == 0.0 { Value::Null } else { finite(a / b) }
        }
        "power" => {
            let (a, b) = two()?;
            finite(a.powf(b))
        }
        "integer-divide" => {
            let (a, b) = two_whole()?;
            integer(floor_divide(a, b))
        }
        // The remainder of the division that rounds down: -3 mod 2 is 1 (QTI 3.0, `qti-integer-modulus`).
        "integer-modulus" => {
            let (a, b) = two_whole()?;
            integer(floor_divide(a, b).and_then(|quotient| quotient.checked_mul(b)).and_then(|product| a.checked_sub(product)))
        }
        "truncate" => whole_of(first.trunc()),
        // Halves go up: -0.5 rounds to 0 (QTI 3.0, `qti-round`).
        "round" => whole_of((first + 0.5).floor()),
        "round-to" => {
            let figures = integer_attribute(context, expression, "figures")?.ok_or("figures is missing")?;
            float(round_to(first, expression.attribute("rounding-mode").unwrap_or("significantFigures"), figures)?)
        }
        "integer-to-float" => {
            let floats = |values: &[Scalar]| values.iter().filter_map(Scalar::number).map(Scalar::Float).collect::<Vec<_>>();
            match arguments.first() {
                Some(Value::Multiple(values)) => Value::container(Cardinality::Multiple, floats(values)),
                Some(Value::Ordered(values)) => Value::container(Cardinality::Ordered, floats(values)),
                _ => float(first),
            }
        }
        "min" | "max" => {
            let best = numbers.iter().copied().reduce(if name == "min" { f64::min } else { f64::max }).unwrap_or(0.0);
            if whole.is_some() { integer(Some(best as i64)) } else { float(best) }
        }
        "gcd" => integer(whole.ok_or("it takes whole numbers")?.into_iter().try_fold(0i64, |a, b| Some(gcd(a, b)))),
        "lcm" => {
            let whole = whole.ok_or("it takes whole numbers")?;
            integer(
                whole.into_iter().try_fold(1i64, |a, b| {
                    if a == 0 || b == 0 { Some(0) } else { (a / gcd(a, b)).checked_mul(b).and_then(i64::checked_abs) }
                }),
            )
        }
        "stats-operator" => statistic(expression.attribute("name").unwrap_or_default(), &numbers)?,
        "math-operator" => math(expression.attribute("name").unwrap_or_default(), &numbers)?,
        other => return Err(format!("{other} is not known")),
    })
}

fn integer(number: Option<i64>) -> Value {
    number.map_or(Value::Null, |number| Value::Single(Scalar::Integer(number)))
}

fn finite(number: f64) -> Value {
    if number.is_finite() { float(number) } else { Value::Null }
}

fn whole_of(number: f64) -> Value {
    if number.abs() < 9.2e18 { integer(Some(number as i64)) } else { Value::Null }
}

fn floor_divide(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    if a % b != 0 && (a < 0) != (b < 0) { Some(quotient - 1) } else { Some(quotient) }
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i64::try_from(a).unwrap_or(i64::MAX)
}

/// Rounds to decimal places or significant figures; halves go up (QTI 3.0, `qti-round-to`).
pub fn round_to(number: f64, mode: &str, figures: i64) -> Result<f64, String> {
    let places = match mode {
        "decimalPlaces" | "decimal-places" if (0..=300).contains(&figures) => figures as i32,
        "significantFigures" | "significant-figures" if (1..=300).contains(&figures) => {
            if number == 0.0 || !number.is_finite() {
                return Ok(number);
            }
            figures as i32 - 1 - number.abs().log10().floor() as i32
        }
        _ => return Err(format!("{figures} figures by {mode:?} is not a way to round")),
    };
    let scale = 10f64.powi(places.abs());
    let rounded = if places >= 0 { (number * scale + 0.5).floor() / scale } else { (number / scale + 0.5).floor() * scale };
    Ok(if rounded.is_finite() { rounded } else { number })
}

fn statistic(name: &str, numbers: &[f64]) -> Result<Value, String> {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    Ok(match name {
        "mean" => float(mean),
        // A sample of one has no variance.
        "sampleVariance" | "sampleSD" if numbers.len() < 2 => Value::Null,
        "sampleVariance" => float(squares / (count - 1.0)),
        "sampleSD" => float((squares / (count - 1.0)).sqrt()),
        "popVariance" => float(squares / count),
        "popSD" => float((squares / count).sqrt()),
        other => return Err(format!("the statistic {other:?} is not known")),
    })
}

fn math(name: &str, numbers: &[f64]) -> Result<Value, String> {
    let x = numbers.first().copied().unwrap_or(0.0);
    let y = numbers.get(1).copied();
    let sign = || {
        if x > 0.0 {
            1
        } else if x < 0.0 {
            -1
        } else {
            0
        }
    };
    Ok(match name {
        "sin" => finite(x.sin()),
        "cos" => finite(x.cos()),
        "tan" => finite(x.tan()),
        "sec" => finite(x.cos().recip()),
        "csc" => finite(x.sin().recip()),
        "cot" => finite(x.tan().recip()),
        "asin" => finite(x.asin()),
        "acos" => finite(x.acos()),
        "atan" => finite(x.atan()),
        "atan2" => finite(x.atan2(y.ok_or("it takes two numbers")?)),
        "asec" => finite(x.recip().acos()),
        "acsc" => finite(x.recip().asin()),
        "acot" => finite(x.recip().atan()),
        "sinh" => finite(x.sinh()),
        "cosh" => finite(x.cosh()),
        "tanh" => finite(x.tanh()),
        "sech" => finite(x.cosh().recip()),
        "csch" => finite(x.sinh().recip()),
        "coth" => finite(x.tanh().recip()),
        "log" => finite(x.log10()),
        "ln" => finite(x.ln()),
        "exp" => finite(x.exp()),
        "abs" => finite(x.abs()),
        "signum" => integer(Some(sign())),
        "floor" => whole_of(x.floor()),
        "ceil" => whole_of(x.ceil()),
        "toDegrees" => finite(x.to_degrees()),
        "toRadians" => finite(x.to_radians()),
        other => return Err(format!("the function {other:?} is not known")),
    })
}
