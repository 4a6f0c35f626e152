//! Rules at work, and the marking of an item: responses in, outcomes and a trace out.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::expressions::{evaluate, mapping};
use super::model::*;
use super::random::{Dice, Stream};
use super::scope::{Scope, Step, initial};
use super::templates;
use super::value::{BaseType, Value};

/// How a run of rules ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// After the last rule.
    Done,
    /// At an exit rule.
    Exit,
    /// At a template constraint that does not hold.
    Again,
}

/// Runs rules in order until the last, an exit or a failed constraint.
pub(crate) fn run(rules: &[Rule], scope: &mut Scope<'_>) -> End {
    for rule in rules {
        if !scope.spend(1) {
            return End::Exit;
        }
        scope.depth += 1;
        let end = run_one(rule, scope);
        scope.depth -= 1;
        if end != End::Done {
            return end;
        }
    }
    End::Done
}

fn run_one(rule: &Rule, scope: &mut Scope<'_>) -> End {
    match &rule.kind {
        RuleKind::Condition(branches) => {
            for (index, (condition, then)) in branches.iter().enumerate() {
                let holds = match condition {
                    // A condition that is NULL counts as false ("responseIf": only TRUE opens the branch).
                    Some(condition) => evaluate(condition, scope).as_boolean() == Some(true),
                    None => true,
                };
                if holds {
                    let name = if condition.is_none() {
                        "else"
                    } else if index == 0 {
                        "if"
                    } else {
                        "else-if"
                    };
                    scope.record(rule.at, name, &[], &Value::boolean(true));
                    return run(then, scope);
                }
            }
            scope.record(rule.at, "if", &[], &Value::boolean(false));
        }
        RuleKind::Set(identifier, expression) => {
            let value = evaluate(expression, scope);
            let value = scope.set(rule.at, identifier, &value);
            scope.record_about(rule.at, "set", identifier, &value);
        }
        RuleKind::Lookup(identifier, expression) => {
            let source = evaluate(expression, scope);
            let table = scope.declaration(identifier).and_then(|declaration| declaration.table.as_ref());
            let found = table.map_or(Value::Null, |table| mapping::look_up(table, &source));
            let value = scope.set(rule.at, identifier, &found);
            scope.record_about(rule.at, "lookup-outcome-value", identifier, &value);
        }
        RuleKind::SetDefault(identifier, expression) => {
            let value = evaluate(expression, scope);
            scope.defaults.insert(identifier.clone(), typed(scope, identifier, &value));
            scope.record_about(rule.at, "set-default-value", identifier, &value);
        }
        RuleKind::SetCorrect(identifier, expression) => {
            let value = evaluate(expression, scope);
            scope.corrects.insert(identifier.clone(), typed(scope, identifier, &value));
            scope.record_about(rule.at, "set-correct-response", identifier, &value);
        }
        RuleKind::Constraint(expression) => {
            let holds = evaluate(expression, scope).as_boolean() == Some(true);
            scope.record(rule.at, "template-constraint", &[], &Value::boolean(holds));
            if !holds {
                return End::Again;
            }
        }
        RuleKind::Fragment(rules) => return run(rules, scope),
        RuleKind::Exit => {
            scope.record(rule.at, "exit", &[], &Value::Null);
            return End::Exit;
        }
    }
    End::Done
}

/// A value in the declared type of a variable, NULL when it does not fit.
fn typed(scope: &Scope<'_>, identifier: &str, value: &Value) -> Value {
    match scope.declaration(identifier) {
        Some(declaration) => value.fit(declaration.cardinality, declaration.base).unwrap_or(Value::Null),
        None => value.clone(),
    }
}

/// What marking gives: the outcome variables, and how they came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    /// Every declared outcome, and `completionStatus`.
    pub outcomes: BTreeMap<String, Value>,
    pub trace: Vec<Step>,
    /// What could not be evaluated; its value was taken as NULL.
    pub problems: Vec<String>,
}

impl Marked {
    /// The number in `SCORE`, 0 when there is none.
    pub fn score(&self) -> f64 {
        self.outcomes.get("SCORE").and_then(Value::number).unwrap_or(0.0)
    }

    pub fn outcomes_json(&self) -> Json {
        Json::Object(self.outcomes.iter().map(|(name, value)| (name.clone(), value.json())).collect())
    }
}

/// The most that an item can give: what it declares, or else what its correct response is given.
pub fn max_score(item: &Item, seed: u64) -> f64 {
    let outcome = |name: &str| item.outcomes.iter().find(|declaration| declaration.identifier == name);
    let declared = outcome("SCORE").and_then(|score| score.normal_maximum);
    declared.or_else(|| outcome("MAXSCORE")?.default.number()).unwrap_or_else(|| {
        let scope = prepared(item, seed, false);
        let correct = item.responses.iter().map(|response| (response.identifier.clone(), scope.correct_of(&response.identifier))).collect();
        mark_without_trace(item, &correct, seed).score()
    })
}

/// Marks one attempt. The same item, responses and seed give the same outcomes and trace, byte for byte.
///
/// Responses that are absent are NULL; values that do not fit their declared type are NULL, with a note in the trace. The built-in
/// variables `numAttempts` (1 unless given), `duration` (seconds, NULL unless given) and `completionStatus` can be used by the rules.
pub fn mark(item: &Item, responses: &Responses, seed: u64) -> Marked {
    marked(item, responses, seed, true, Start::default())
}

/// As [`mark`], without the trace: for re-marking very many attempts.
pub fn mark_without_trace(item: &Item, responses: &Responses, seed: u64) -> Marked {
    marked(item, responses, seed, false, Start::default())
}

/// What an attempt begins with besides its responses.
#[derive(Clone, Copy, Default)]
pub(crate) struct Start<'a> {
    /// Outcomes of the attempt before, which an adaptive item goes on from.
    pub outcomes: Option<&'a BTreeMap<String, Value>>,
    /// Defaults that a test gives the template variables.
    pub templates: Option<&'a BTreeMap<String, Value>>,
}

pub(crate) fn marked(item: &Item, responses: &Responses, seed: u64, tracing: bool, start: Start<'_>) -> Marked {
    let mut scope = prepared_with(item, seed, tracing, start);
    for declaration in &item.responses {
        let given = responses.get(&declaration.identifier).unwrap_or(&Value::Null);
        scope.set(Default::default(), &declaration.identifier, given);
    }
    for declaration in &item.outcomes {
        let before = start.outcomes.filter(|_| item.adaptive).and_then(|outcomes| outcomes.get(&declaration.identifier)).cloned();
        let default = || scope.defaults.get(&declaration.identifier).cloned().unwrap_or_else(|| initial(declaration));
        let begins = before.unwrap_or_else(default);
        scope.values.insert(declaration.identifier.clone(), begins);
    }
    let given = |name: &str, base: BaseType| responses.get(name).and_then(|value| value.fit(super::value::Cardinality::Single, Some(base)));
    scope.values.insert("numAttempts".into(), given("numAttempts", BaseType::Integer).unwrap_or_else(|| Value::integer(1)));
    scope.values.insert("duration".into(), given("duration", BaseType::Duration).unwrap_or_default());
    if item.outcomes.iter().all(|declaration| declaration.identifier != "completionStatus") {
        // "Item session": an item that is not adaptive is complete after its one attempt; an adaptive one says so itself.
        scope.values.insert("completionStatus".into(), Value::identifier(if item.adaptive { "unknown" } else { "completed" }));
    }
    run(&item.response_processing, &mut scope);
    let mut outcomes = BTreeMap::new();
    for name in item.outcomes.iter().map(|declaration| declaration.identifier.as_str()).chain(["completionStatus"]) {
        outcomes.insert(name.to_owned(), scope.values.get(name).cloned().unwrap_or_default());
    }
    Marked { outcomes, trace: scope.trace, problems: scope.problems }
}

/// A scope in which the item's templates have run for this seed.
pub(crate) fn prepared(item: &Item, seed: u64, tracing: bool) -> Scope<'_> {
    prepared_with(item, seed, tracing, Start::default())
}

fn prepared_with<'a>(item: &'a Item, seed: u64, tracing: bool, start: Start<'_>) -> Scope<'a> {
    let declarations: Vec<&Declaration> = item.responses.iter().chain(&item.outcomes).chain(&item.templates).collect();
    let mut scope = Scope::new(declarations, Dice::new(seed, Stream::Marking));
    scope.tracing = tracing;
    if !item.templates.is_empty() || !item.template_processing.is_empty() {
        templates::run(item, seed, start.templates, &mut scope);
    }
    scope
}

/// Whether the responses match the correct ones: true, false, or nothing when the item does not take part in such counts.
///
/// "numberCorrect" and "numberIncorrect": "only items for which all declared response variables have correct responses defined are considered".
pub(crate) fn is_correct(item: &Item, responses: &Responses, seed: u64, start: Start<'_>) -> Option<bool> {
    let scope = prepared_with(item, seed, false, start);
    let mut all = true;
    for declaration in &item.responses {
        let correct = scope.correct_of(&declaration.identifier);
        if correct.is_null() {
            return None;
        }
        let given = responses.get(&declaration.identifier).and_then(|value| value.fit(declaration.cardinality, declaration.base));
        all &= super::expressions::containers::matches(&given.unwrap_or_default(), &correct).as_boolean() == Some(true);
    }
    (!item.responses.is_empty()).then_some(all)
}
