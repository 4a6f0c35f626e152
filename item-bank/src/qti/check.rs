//! What can be said of an item without marking it: variables that nobody declares, interactions without a response, parts that are not supported.

use std::collections::BTreeSet;

use super::model::*;
use super::value::{BaseType, Cardinality};
use super::xml::{Element, Problem};

/// The interactions of QTI. Those that have no accessible control yet are read, and refused at publication.
const INTERACTIONS: [&str; 23] = [
    "choice-interaction",
    "inline-choice-interaction",
    "text-entry-interaction",
    "extended-text-interaction",
    "gap-match-interaction",
    "match-interaction",
    "order-interaction",
    "hottext-interaction",
    "media-interaction",
    "upload-interaction",
    "associate-interaction",
    "graphic-associate-interaction",
    "graphic-gap-match-interaction",
    "graphic-order-interaction",
    "hotspot-interaction",
    "select-point-interaction",
    "position-object-interaction",
    "position-object-stage",
    "slider-interaction",
    "drawing-interaction",
    "end-attempt-interaction",
    "custom-interaction",
    "portable-custom-interaction",
];

/// How many of [`INTERACTIONS`], from the front, have an accessible control.
const RENDERED: usize = 10;

pub(crate) fn is_rendered(name: &str) -> bool {
    INTERACTIONS[..RENDERED].contains(&name)
}

pub(crate) fn is_interaction(name: &str) -> bool {
    INTERACTIONS.contains(&name)
}

/// Adds what is wrong with an item as a whole.
pub(crate) fn item(item: &Item, problems: &mut Vec<Problem>) {
    let built_in = ["completionStatus", "numAttempts", "duration"];
    let mut declared: BTreeSet<&str> = built_in.into();
    let mut twice = BTreeSet::new();
    for declaration in item.responses.iter().chain(&item.outcomes).chain(&item.templates) {
        if !declared.insert(&declaration.identifier) && !built_in.contains(&declaration.identifier.as_str()) {
            twice.insert(declaration.identifier.as_str());
        }
    }
    for name in twice {
        problems.push(Problem::new(Default::default(), format!("{name} is declared more than once")));
    }
    for rule in item.response_processing.iter().chain(&item.template_processing) {
        rule_uses(rule, &declared, problems);
    }
    let Some(body) = &item.body else {
        return;
    };
    body.walk(&mut |element| {
        if !element.name.ends_with("-interaction") {
            return;
        }
        if !is_interaction(&element.name) {
            problems.push(Problem::new(element.at, format!("<{}> is not an interaction of QTI", element.written)));
        }
        if element.name == "end-attempt-interaction" || element.name == "position-object-stage" {
            return;
        }
        match element.attribute("response-identifier") {
            None => problems.push(Problem::new(element.at, format!("<{}> has no response identifier", element.written))),
            Some(identifier) => match item.response(identifier) {
                None => problems.push(Problem::new(element.at, format!("the response {identifier} is not declared"))),
                Some(declaration) => fits(element, declaration, problems),
            },
        }
    });
}

/// Whether an interaction is bound to a response of the type that it gives.
fn fits(element: &Element, declaration: &Declaration, problems: &mut Vec<Problem>) {
    let base = declaration.base;
    let right = match element.name.as_str() {
        "choice-interaction" | "hottext-interaction" => {
            base == Some(BaseType::Identifier) && declaration.cardinality != Cardinality::Record
        }
        "inline-choice-interaction" => base == Some(BaseType::Identifier) && declaration.cardinality == Cardinality::Single,
        "order-interaction" => base == Some(BaseType::Identifier) && declaration.cardinality == Cardinality::Ordered,
        "gap-match-interaction" | "match-interaction" => matches!(base, Some(BaseType::DirectedPair | BaseType::Pair)),
        "upload-interaction" => base == Some(BaseType::File),
        _ => true,
    };
    if !right {
        problems
            .push(Problem::new(element.at, format!("<{}>: the response {} is of another type", element.written, declaration.identifier)));
    }
    if declaration.cardinality == Cardinality::Single
        && element.name == "choice-interaction"
        && element.parsed("max-choices").unwrap_or(1_u32) != 1
    {
        problems.push(Problem::new(
            element.at,
            format!("<{}>: more than one choice may be made, and the response {} holds one", element.written, declaration.identifier),
        ));
    }
}

/// What is wrong with a rule of outcome processing. `ITEM.SCORE` is a variable of an item, which only a run of the test can know.
pub(crate) fn test_rule(rule: &Rule, declared: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    let mut found = Vec::new();
    rule_uses(rule, declared, &mut found);
    problems.extend(found.into_iter().filter(|problem| {
        let undeclared = problem.reason.strip_suffix(" is not declared");
        !undeclared.is_some_and(|name| name.contains('.')) && !problem.reason.ends_with("can only be used in a test")
    }));
}

fn rule_uses(rule: &Rule, declared: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    let mut target = |identifier: &String| {
        if !declared.contains(identifier.as_str()) {
            problems.push(Problem::new(rule.at, format!("{identifier} is not declared")));
        }
    };
    match &rule.kind {
        RuleKind::Condition(branches) => {
            for (condition, then) in branches {
                if let Some(condition) = condition {
                    expression_uses(condition, declared, problems);
                }
                for rule in then {
                    rule_uses(rule, declared, problems);
                }
            }
        }
        RuleKind::Set(identifier, value)
        | RuleKind::SetDefault(identifier, value)
        | RuleKind::SetCorrect(identifier, value)
        | RuleKind::Lookup(identifier, value) => {
            target(identifier);
            expression_uses(value, declared, problems);
        }
        RuleKind::Constraint(expression) => expression_uses(expression, declared, problems),
        RuleKind::Fragment(rules) => {
            for rule in rules {
                rule_uses(rule, declared, problems);
            }
        }
        RuleKind::Exit => {}
    }
}

fn expression_uses(expression: &Expression, declared: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    match &expression.op {
        Op::Variable { identifier, .. }
        | Op::Default(identifier)
        | Op::Correct(identifier)
        | Op::MapResponse(identifier)
        | Op::MapResponsePoint(identifier)
            if !declared.contains(identifier.as_str()) =>
        {
            problems.push(Problem::new(expression.at, format!("{identifier} is not declared")));
        }
        Op::Count(..) | Op::TestVariables(_) | Op::OutcomeMaximum(_) | Op::OutcomeMinimum(_) => {
            problems.push(Problem::new(expression.at, format!("<{}> can only be used in a test", expression.name)));
        }
        _ => {}
    }
    for arg in &expression.args {
        expression_uses(arg, declared, problems);
    }
}

/// Why an item cannot be given to candidates, each reason with its place; none when it may be published.
pub fn publication_problems(item: &Item) -> Vec<Problem> {
    let mut problems = item.problems.clone();
    match &item.body {
        None => problems.push(Problem::new(Default::default(), "the item has no body")),
        Some(body) => {
            let mut undeliverable = Vec::new();
            super::deliver::undeliverable(body, &mut undeliverable);
            // An element that is unknown altogether has been named already.
            let unknown = |at| item.problems.iter().any(|known| known.at == at && known.reason.contains("is not an element"));
            problems.extend(undeliverable.into_iter().filter(|problem| !unknown(problem.at)));
        }
    }
    problems
}
