//! Expressions from XML: attributes are read and counted here once, so that marking never parses anything.

use crate::qti::model::*;
use crate::qti::pattern::Pattern;
use crate::qti::reader::{area, short};
use crate::qti::value::{BaseType, Single, Value, read_float};
use crate::qti::xml::{Element, Problem};

/// Reads an expression. One that is not known evaluates to NULL and is reported.
pub(crate) fn expression(element: &Element, problems: &mut Vec<Problem>) -> Expression {
    let known = operator(element, problems);
    if known.is_none() {
        let reason = match element.name.as_str() {
            "custom-operator" => {
                let class = element.attribute("class").or_else(|| element.attribute("definition")).unwrap_or("without a class");
                format!("the custom operator {} is not supported", short(class))
            }
            _ => format!("<{}> is not an expression that can be used here", element.written),
        };
        problems.push(Problem::new(element.at, reason));
    }
    let (name, op, least, most) = known.unwrap_or(("unsupported", Op::Unsupported, 0, usize::MAX));
    let args: Vec<Expression> = element.elements().map(|child| expression(child, problems)).collect();
    if args.len() < least || args.len() > most {
        problems.push(Problem::new(element.at, format!("<{}> has {} operands", element.written, args.len())));
    }
    Expression { at: element.at, name, op, args }
}

const MANY: usize = usize::MAX;

/// The operator with its name and how many operands it takes at least and at most.
fn operator(element: &Element, problems: &mut Vec<Problem>) -> Option<(&'static str, Op, usize, usize)> {
    let mut identifier = || {
        let found = element.attribute("identifier").map(|identifier| identifier.trim().to_owned());
        if found.is_none() {
            problems.push(Problem::new(element.at, format!("<{}> has no identifier", element.written)));
        }
        found.unwrap_or_default()
    };
    Some(match element.name.as_str() {
        "variable" => {
            ("variable", Op::Variable { identifier: identifier(), weight: element.attribute("weight-identifier").map(str::to_owned) }, 0, 0)
        }
        "default" => ("default", Op::Default(identifier()), 0, 0),
        "correct" => ("correct", Op::Correct(identifier()), 0, 0),
        "map-response" => ("map-response", Op::MapResponse(identifier()), 0, 0),
        "map-response-point" => ("map-response-point", Op::MapResponsePoint(identifier()), 0, 0),
        "base-value" => ("base-value", Op::BaseValue(base_value(element, problems)), 0, 0),
        "math-constant" => ("math-constant", Op::BaseValue(constant(element, problems)), 0, 0),
        "null" => ("null", Op::Null, 0, 0),
        "random-integer" => {
            let [min, max] = ["min", "max"].map(|name| count(element, name, Some(0.0), problems));
            ("random-integer", Op::RandomInteger { min, max, step: count(element, "step", Some(1.0), problems) }, 0, 0)
        }
        "random-float" => {
            let [min, max] = ["min", "max"].map(|name| count(element, name, Some(0.0), problems));
            ("random-float", Op::RandomFloat { min, max }, 0, 0)
        }
        "number-correct" => ("number-correct", Op::Count(Counted::Correct, subset(element)), 0, 0),
        "number-incorrect" => ("number-incorrect", Op::Count(Counted::Incorrect, subset(element)), 0, 0),
        "number-presented" => ("number-presented", Op::Count(Counted::Presented, subset(element)), 0, 0),
        "number-responded" => ("number-responded", Op::Count(Counted::Responded, subset(element)), 0, 0),
        "number-selected" => ("number-selected", Op::Count(Counted::Selected, subset(element)), 0, 0),
        "test-variables" => ("test-variables", Op::TestVariables(subset(element)), 0, 0),
        "outcome-maximum" => ("outcome-maximum", Op::OutcomeMaximum(subset(element)), 0, 0),
        "outcome-minimum" => ("outcome-minimum", Op::OutcomeMinimum(subset(element)), 0, 0),
        "multiple" => ("multiple", Op::Multiple, 0, MANY),
        "ordered" => ("ordered", Op::Ordered, 0, MANY),
        "container-size" => ("container-size", Op::ContainerSize, 1, 1),
        "is-null" => ("is-null", Op::IsNull, 1, 1),
        "index" => ("index", Op::Index(count(element, "n", None, problems)), 1, 1),
        "field-value" => ("field-value", Op::FieldValue(element.attribute("field-identifier").unwrap_or_default().to_owned()), 1, 1),
        "random" => ("random", Op::Random, 1, 1),
        "member" => ("member", Op::Member, 2, 2),
        "delete" => ("delete", Op::Delete, 2, 2),
        "contains" => ("contains", Op::Contains, 2, 2),
        "substring" => ("substring", Op::Substring { case_sensitive: sensitive(element) }, 2, 2),
        "not" => ("not", Op::Not, 1, 1),
        "and" => ("and", Op::And, 1, MANY),
        "or" => ("or", Op::Or, 1, MANY),
        "any-n" => {
            let [min, max] = ["min", "max"].map(|name| count(element, name, None, problems));
            ("any-n", Op::AnyN { min, max }, 1, MANY)
        }
        "match" => ("match", Op::Match, 2, 2),
        "string-match" => {
            ("string-match", Op::StringMatch { case_sensitive: sensitive(element), substring: element.is_true("substring") }, 2, 2)
        }
        "pattern-match" => ("pattern-match", pattern(element, problems), 1, 1),
        "equal" => ("equal", equal(element, problems), 2, 2),
        "equal-rounded" => {
            ("equal-rounded", Op::EqualRounded { mode: rounding(element), figures: count(element, "figures", None, problems) }, 2, 2)
        }
        "inside" => {
            let area = area(element);
            if area.is_none() {
                problems.push(Problem::new(element.at, "the shape or its coordinates cannot be read"));
            }
            ("inside", area.map_or(Op::Unsupported, Op::Inside), 1, 1)
        }
        "lt" => ("lt", Op::Compare(Comparison::Lt), 2, 2),
        "gt" => ("gt", Op::Compare(Comparison::Gt), 2, 2),
        "lte" => ("lte", Op::Compare(Comparison::Lte), 2, 2),
        "gte" => ("gte", Op::Compare(Comparison::Gte), 2, 2),
        "duration-lt" => ("duration-lt", Op::DurationLt, 2, 2),
        "duration-gte" => ("duration-gte", Op::DurationGte, 2, 2),
        "sum" => ("sum", Op::Sum, 1, MANY),
        "product" => ("product", Op::Product, 1, MANY),
        "subtract" => ("subtract", Op::Subtract, 2, 2),
        "divide" => ("divide", Op::Divide, 2, 2),
        "power" => ("power", Op::Power, 2, 2),
        "integer-divide" => ("integer-divide", Op::IntegerDivide, 2, 2),
        "integer-modulus" => ("integer-modulus", Op::IntegerModulus, 2, 2),
        "truncate" => ("truncate", Op::Truncate, 1, 1),
        "round" => ("round", Op::Round, 1, 1),
        "round-to" => ("round-to", Op::RoundTo { mode: rounding(element), figures: count(element, "figures", None, problems) }, 1, 1),
        "integer-to-float" => ("integer-to-float", Op::IntegerToFloat, 1, 1),
        "stats-operator" => ("stats-operator", statistic(element, problems), 1, 1),
        "math-operator" => ("math-operator", math(element, problems), 1, 2),
        "max" => ("max", Op::Max, 1, MANY),
        "min" => ("min", Op::Min, 1, MANY),
        "gcd" => ("gcd", Op::Gcd, 1, MANY),
        "lcm" => ("lcm", Op::Lcm, 1, MANY),
        "repeat" => ("repeat", Op::Repeat(count(element, "number-repeats", None, problems)), 1, MANY),
        _ => return None,
    })
}

fn sensitive(element: &Element) -> bool {
    element.attribute("case-sensitive").is_none_or(|value| value.trim() != "false")
}

fn base_value(element: &Element, problems: &mut Vec<Problem>) -> Value {
    let text = element.text();
    let base = element.attribute("base-type").and_then(BaseType::read);
    let value = base.and_then(|base| Single::read(base, &text)).map(Value::Single);
    if value.is_none() {
        problems.push(Problem::new(element.at, format!("\"{}\" is not a value of its base type", short(&text))));
    }
    value.unwrap_or(Value::Null)
}

fn constant(element: &Element, problems: &mut Vec<Problem>) -> Value {
    match element.attribute("name").map(str::trim) {
        Some("pi") => Value::float(std::f64::consts::PI),
        Some("e") => Value::float(std::f64::consts::E),
        _ => {
            problems.push(Problem::new(element.at, "the only mathematical constants are pi and e"));
            Value::Null
        }
    }
}

/// An attribute of the type integer-or-variable or float-or-variable. A variable's name cannot begin like a number.
fn count(element: &Element, name: &str, otherwise: Option<f64>, problems: &mut Vec<Problem>) -> NumberOrVariable {
    match element.attribute(name).map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => number_or_variable(text),
        None => {
            if otherwise.is_none() {
                problems.push(Problem::new(element.at, format!("<{}> needs the attribute {name}", element.written)));
            }
            NumberOrVariable::Number(otherwise.unwrap_or(f64::NAN))
        }
    }
}

fn number_or_variable(text: &str) -> NumberOrVariable {
    // Templates write a variable's name bare in QTI 3.0 and with braces in some 2.x items.
    let bare = text.trim_matches(['{', '}']);
    read_float(text).map_or_else(|| NumberOrVariable::Variable(bare.to_owned()), NumberOrVariable::Number)
}

fn pattern(element: &Element, problems: &mut Vec<Problem>) -> Op {
    let text = element.attribute("pattern").unwrap_or_default();
    if let Some(variable) =
        text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.is_empty() && read_float(name).is_none())
    {
        return Op::PatternMatch { pattern: None, variable: Some(variable.to_owned()) };
    }
    match Pattern::new(text) {
        Ok(pattern) => Op::PatternMatch { pattern: Some(pattern), variable: None },
        Err(reason) => {
            problems.push(Problem::new(element.at, reason));
            Op::PatternMatch { pattern: None, variable: None }
        }
    }
}

fn equal(element: &Element, problems: &mut Vec<Problem>) -> Op {
    let mode = match element.attribute("tolerance-mode").map(str::trim) {
        None | Some("exact") => Tolerance::Exact,
        Some("absolute") => Tolerance::Absolute,
        Some("relative") => Tolerance::Relative,
        Some(other) => {
            problems.push(Problem::new(element.at, format!("the tolerance mode {} is not known", short(other))));
            Tolerance::Exact
        }
    };
    let tolerance: Vec<NumberOrVariable> =
        element.attribute("tolerance").unwrap_or_default().split_whitespace().map(number_or_variable).collect();
    if mode != Tolerance::Exact && tolerance.is_empty() {
        problems.push(Problem::new(element.at, "a comparison with a tolerance needs the attribute tolerance"));
    }
    let open = |name: &str| element.attribute(name).is_some_and(|value| value.trim() == "false");
    Op::Equal { mode, tolerance, lower: !open("include-lower-bound"), upper: !open("include-upper-bound") }
}

fn rounding(element: &Element) -> Rounding {
    match element.attribute("rounding-mode").map(str::trim) {
        Some("decimalPlaces" | "decimal-places") => Rounding::DecimalPlaces,
        // The specification's default.
        _ => Rounding::SignificantFigures,
    }
}

fn statistic(element: &Element, problems: &mut Vec<Problem>) -> Op {
    let name = element.attribute("name").unwrap_or_default().trim();
    match name {
        "mean" => Op::Statistics(Statistic::Mean),
        "sampleVariance" => Op::Statistics(Statistic::SampleVariance),
        "sampleSD" => Op::Statistics(Statistic::SampleSd),
        "popVariance" => Op::Statistics(Statistic::PopulationVariance),
        "popSD" => Op::Statistics(Statistic::PopulationSd),
        _ => {
            problems.push(Problem::new(element.at, format!("the statistic {} is not known", short(name))));
            Op::Unsupported
        }
    }
}

fn math(element: &Element, problems: &mut Vec<Problem>) -> Op {
    let name = element.attribute("name").unwrap_or_default().trim();
    if super::numbers::is_function(name) {
        Op::Math(name.to_owned())
    } else {
        problems.push(Problem::new(element.at, format!("the mathematical function {} is not known", short(name))));
        Op::Unsupported
    }
}

fn subset(element: &Element) -> Subset {
    let list = |name: &str| element.attribute(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let text = |name: &str| element.attribute(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Subset {
        section: text("section-identifier"),
        include: list("include-category"),
        exclude: list("exclude-category"),
        outcome: text("outcome-identifier"),
        variable: text("variable-identifier"),
        weight: text("weight-identifier"),
        base: element.attribute("base-type").and_then(BaseType::read),
    }
}
