//! Processing rules from XML: response, outcome and template processing share their grammar.

use super::expressions::read::expression;
use super::model::{Expression, Rule, RuleKind};
use super::reader::expression_in;
use super::standard_templates;
use super::xml::{Element, Problem};

/// The rules that stand inside an element, in order.
pub(crate) fn rules(parent: &Element, problems: &mut Vec<Problem>) -> Vec<Rule> {
    parent.elements().filter_map(|element| rule(element, problems)).collect()
}

fn rule(element: &Element, problems: &mut Vec<Problem>) -> Option<Rule> {
    let mut target = || {
        let identifier = element.attribute("identifier").map(|identifier| identifier.trim().to_owned());
        if identifier.is_none() {
            problems.push(Problem::new(element.at, format!("<{}> has no identifier", element.written)));
        }
        Some((identifier?, expression_in(element, 0, problems)?))
    };
    let kind = match element.name.as_str() {
        "response-condition" | "outcome-condition" | "template-condition" => RuleKind::Condition(branches(element, problems)),
        "set-outcome-value" | "set-template-value" => target().map(|(identifier, value)| RuleKind::Set(identifier, value))?,
        "set-default-value" => target().map(|(identifier, value)| RuleKind::SetDefault(identifier, value))?,
        "set-correct-response" => target().map(|(identifier, value)| RuleKind::SetCorrect(identifier, value))?,
        "lookup-outcome-value" => target().map(|(identifier, value)| RuleKind::Lookup(identifier, value))?,
        "template-constraint" => RuleKind::Constraint(expression_in(element, 0, problems)?),
        "response-processing-fragment" | "outcome-processing-fragment" => RuleKind::Fragment(rules(element, problems)),
        "include" => match element.attribute("href").and_then(|href| standard_templates::rules_of(href, element.at)) {
            Some(rules) => RuleKind::Fragment(rules),
            None => {
                problems.push(Problem::new(element.at, "an inclusion of something other than a standard template is not supported"));
                return None;
            }
        },
        "exit-response" | "exit-test" | "exit-template" => RuleKind::Exit,
        _ => {
            problems.push(Problem::new(element.at, format!("<{}> is not a processing rule", element.written)));
            return None;
        }
    };
    Some(Rule { at: element.at, kind })
}

fn branches(element: &Element, problems: &mut Vec<Problem>) -> Vec<(Option<Expression>, Vec<Rule>)> {
    let mut branches = Vec::new();
    for branch in element.elements() {
        if branch.name.ends_with("-else") {
            branches.push((None, rules(branch, problems)));
        } else if branch.name.ends_with("-if") {
            let mut parts = branch.elements();
            let Some(condition) = parts.next() else {
                problems.push(Problem::new(branch.at, format!("<{}> has no condition", branch.written)));
                continue;
            };
            let condition = expression(condition, problems);
            let then = parts.filter_map(|element| rule(element, problems)).collect();
            branches.push((Some(condition), then));
        } else {
            problems.push(Problem::new(branch.at, format!("<{}> is not a branch of a condition", branch.written)));
        }
    }
    branches
}
