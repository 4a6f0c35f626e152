//! The 64 expressions of QTI: values in, a value out. NULL, cardinality and base type follow the specification; what it leaves open is said where it is decided.

pub(crate) mod containers;
pub(crate) mod logic;
pub(crate) mod mapping;
pub(crate) mod numbers;
pub(crate) mod read;
pub(crate) mod test_items;
pub(crate) mod text;

use super::model::*;
use super::scope::Scope;
use super::value::{Single, Value};

/// Evaluates an expression in a scope. Never fails: what cannot be computed is NULL, with a note in the trace.
pub(crate) fn evaluate(expression: &Expression, scope: &mut Scope<'_>) -> Value {
    scope.depth += 1;
    let value = evaluate_here(expression, scope);
    scope.depth -= 1;
    value
}

fn evaluate_here(expression: &Expression, scope: &mut Scope<'_>) -> Value {
    if !scope.spend(1) {
        return Value::Null;
    }
    if let Some(value) = leaf(&expression.op, scope) {
        scope.spend(value.members().len());
        match &expression.op {
            // Told with the variable, so that the trace can be said in words.
            Op::Variable { identifier, .. } | Op::Correct(identifier) | Op::MapResponse(identifier) => {
                scope.record_about(expression.at, expression.name, identifier, &value);
            }
            _ => scope.record(expression.at, expression.name, &[], &value),
        }
        return value;
    }
    if let Op::Repeat(times) = &expression.op {
        let value = repeat(expression, times, scope);
        scope.record(expression.at, expression.name, &[], &value);
        return value;
    }
    let mut args = Vec::with_capacity(expression.args.len());
    for arg in &expression.args {
        let value = evaluate(arg, scope);
        // An empty string is NULL to every operator, as an empty container is.
        args.push(if value.is_null() && value.single().is_some() { Value::Null } else { value });
    }
    // Work inside an operator is proportional to the values that it is given, and counts as well.
    let sizes = args.iter().map(|arg| arg.members().len());
    // Comparing containers looks for every member of one in the other.
    let work = if matches!(expression.op, Op::Match | Op::Contains) { sizes.fold(1, usize::saturating_mul) / 16 } else { sizes.sum() };
    let value = if scope.spend(work) { operate(expression, &args, scope) } else { Value::Null };
    scope.record(expression.at, expression.name, &args, &value);
    value
}

/// Expressions without operands; nothing for the others.
fn leaf(op: &Op, scope: &mut Scope<'_>) -> Option<Value> {
    Some(match op {
        Op::BaseValue(value) => value.clone(),
        Op::Variable { identifier, weight } => scope.weighted_variable(identifier, weight.as_deref()),
        Op::Default(identifier) => scope.default_of(identifier),
        Op::Correct(identifier) => scope.correct_of(identifier),
        Op::MapResponse(identifier) => match scope.declaration(identifier) {
            Some(declaration) => mapping::map_response(declaration.mapping.as_ref(), &scope.variable(identifier)),
            None => Value::Null,
        },
        Op::MapResponsePoint(identifier) => match scope.declaration(identifier) {
            Some(declaration) => mapping::map_response_point(declaration.areas.as_ref(), &scope.variable(identifier)),
            None => Value::Null,
        },
        Op::Null => Value::Null,
        Op::RandomInteger { min, max, step } => {
            let (min, max, step) = (scope.integer(min), scope.integer(max), scope.integer(step));
            match (min, max, step) {
                (Some(min), Some(max), Some(step)) => scope.dice.integer(min, max, step).map_or(Value::Null, Value::integer),
                _ => Value::Null,
            }
        }
        Op::RandomFloat { min, max } => match (scope.number(min), scope.number(max)) {
            (Some(min), Some(max)) => scope.dice.float(min, max).map_or(Value::Null, Value::float),
            _ => Value::Null,
        },
        Op::Count(counted, subset) => test_items::count(*counted, subset, scope),
        Op::TestVariables(subset) => test_items::variables(subset, scope),
        Op::OutcomeMaximum(subset) => test_items::bound(subset, true, scope),
        Op::OutcomeMinimum(subset) => test_items::bound(subset, false, scope),
        _ => return None,
    })
}

/// QTI 3.0, "repeat": NULL below one repetition; NULL results are left out; the result is ordered.
fn repeat(expression: &Expression, times: &NumberOrVariable, scope: &mut Scope<'_>) -> Value {
    let times = scope.integer(times).unwrap_or(0);
    let mut found = Vec::new();
    for _ in 0..times.max(0) {
        for arg in &expression.args {
            let value = evaluate(arg, scope);
            found.extend_from_slice(value.members());
        }
        if !scope.spend(1) {
            return Value::Null;
        }
    }
    containers::made(found, true)
}

fn operate(expression: &Expression, args: &[Value], scope: &mut Scope<'_>) -> Value {
    let first = args.first().unwrap_or(&Value::Null);
    let second = args.get(1).unwrap_or(&Value::Null);
    match &expression.op {
        Op::Multiple => containers::made(args.iter().flat_map(|arg| arg.members().to_vec()).collect(), false),
        Op::Ordered => containers::made(args.iter().flat_map(|arg| arg.members().to_vec()).collect(), true),
        Op::ContainerSize => Value::integer(i64::try_from(first.members().len()).unwrap_or(i64::MAX)),
        Op::IsNull => Value::boolean(first.is_null()),
        Op::Index(n) => {
            let n = scope.integer(n);
            containers::index(first, n)
        }
        Op::FieldValue(field) => containers::field(first, field),
        Op::Random => {
            let members = first.members();
            scope.dice.below(members.len()).and_then(|index| members.get(index)).cloned().map_or(Value::Null, Value::Single)
        }
        Op::Member => containers::member(first, second),
        Op::Delete => containers::delete(first, second),
        Op::Contains => containers::contains(first, second),
        Op::Substring { case_sensitive } => text::compare(first, second, |a, b| text::substring(a, b, *case_sensitive)),
        Op::Not => first.as_boolean().map_or(Value::Null, |truth| Value::boolean(!truth)),
        Op::And => logic::and(args),
        Op::Or => logic::or(args),
        Op::AnyN { min, max } => {
            let (min, max) = (scope.integer(min), scope.integer(max));
            logic::any_n(args, min, max)
        }
        Op::Match => containers::matches(first, second),
        Op::StringMatch { case_sensitive, substring } => text::compare(first, second, |a, b| {
            // The attribute substring is deprecated: the second text is then looked for in the first.
            if *substring { text::substring(b, a, *case_sensitive) } else { text::same(a, b, *case_sensitive) }
        }),
        Op::PatternMatch { pattern, variable } => text::pattern_match(first, pattern.as_ref(), variable.as_deref(), scope),
        Op::Equal { mode, tolerance, lower, upper } => {
            let tolerance: Vec<Option<f64>> = tolerance.iter().map(|number| scope.number(number)).collect();
            numbers::equal(first, second, *mode, &tolerance, (*lower, *upper))
        }
        Op::EqualRounded { mode, figures } => {
            let figures = scope.integer(figures);
            match (numbers::round_to(first, *mode, figures), numbers::round_to(second, *mode, figures)) {
                (Some(a), Some(b)) => Value::boolean(a == b),
                _ => Value::Null,
            }
        }
        Op::Inside(area) => {
            if first.is_null() {
                return Value::Null;
            }
            // "If the given point is a container then the result is true if any of the points are inside the area."
            Value::boolean(first.members().iter().any(|point| matches!(point, Single::Point(x, y) if mapping::inside(area, *x, *y))))
        }
        Op::Compare(comparison) => match (first.number(), second.number()) {
            (Some(a), Some(b)) => Value::boolean(match comparison {
                Comparison::Lt => a < b,
                Comparison::Gt => a > b,
                Comparison::Lte => a <= b,
                Comparison::Gte => a >= b,
            }),
            _ => Value::Null,
        },
        Op::DurationLt | Op::DurationGte => match (first.number(), second.number()) {
            (Some(a), Some(b)) => Value::boolean((a < b) == matches!(expression.op, Op::DurationLt)),
            _ => Value::Null,
        },
        Op::Sum => numbers::fold(args, i64::checked_add, |a, b| a + b),
        Op::Product => numbers::fold(args, i64::checked_mul, |a, b| a * b),
        Op::Subtract => numbers::subtract(first, second),
        Op::Divide => numbers::divide(first, second),
        Op::Power => numbers::power(first, second),
        Op::IntegerDivide => numbers::floor_division(first, second, true),
        Op::IntegerModulus => numbers::floor_division(first, second, false),
        Op::Truncate => numbers::to_integer(first, f64::trunc),
        // "n.5 rounds to n + 1": half goes up, also below zero.
        Op::Round => numbers::to_integer(first, |number| (number + 0.5).floor()),
        Op::RoundTo { mode, figures } => {
            let figures = scope.integer(figures);
            numbers::round_to(first, *mode, figures).map_or(Value::Null, Value::float)
        }
        Op::IntegerToFloat => first.number().map_or(Value::Null, Value::float),
        Op::Statistics(statistic) => numbers::statistics(first, *statistic),
        Op::Math(name) => numbers::math(name, args),
        Op::Max => numbers::extreme(args, true),
        Op::Min => numbers::extreme(args, false),
        Op::Gcd => numbers::divisor(args),
        Op::Lcm => numbers::multiple(args),
        _ => {
            scope.note(expression.at, "this expression is not supported and counts as NULL");
            Value::Null
        }
    }
}
