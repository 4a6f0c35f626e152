//! What rules and expressions see while they run: variables, randomness, a budget, and the trace that they leave.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use super::model::*;
use super::random::Dice;
use super::value::{BaseType, Cardinality, Single, Value};
use super::xml::Position;

/// Steps that one run of rules may take. Real items take dozens; beyond this everything is NULL and the trace says so.
pub(crate) const MAX_STEPS: usize = 200_000;
const MAX_TRACE: usize = 2_000;

/// One step of processing, as plain data, from which a mark can be told in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    pub line: u32,
    pub column: u32,
    /// How deep inside other expressions and rules it stands.
    pub depth: usize,
    /// The rule or expression by its QTI 3.0 name without prefix, such as `match` or `set-outcome-value`.
    pub step: &'static str,
    /// What the rule is about: the variable's identifier, or what was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The values of its operands, written as outcomes are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Json>,
    pub result: Json,
}

/// What a test knows of one of its items.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenItem {
    pub identifier: String,
    pub sections: BTreeSet<String>,
    pub categories: BTreeSet<String>,
    pub weights: BTreeMap<String, f64>,
    pub outcomes: BTreeMap<String, Value>,
    pub responses: BTreeMap<String, Value>,
    pub bounds: BTreeMap<String, (Option<f64>, Option<f64>)>,
    pub presented: bool,
    pub responded: bool,
    pub correct: Option<bool>,
}

impl SeenItem {
    /// A weight that the item does not have is 1.
    pub fn weight(&self, name: &str) -> f64 {
        self.weights.get(name).copied().unwrap_or(1.0)
    }
}

pub(crate) struct Scope<'a> {
    pub declarations: Vec<&'a Declaration>,
    pub values: BTreeMap<String, Value>,
    /// Correct responses and defaults that template processing set.
    pub corrects: BTreeMap<String, Value>,
    pub defaults: BTreeMap<String, Value>,
    pub dice: Dice,
    pub items: Option<&'a [SeenItem]>,
    pub depth: usize,
    pub trace: Vec<Step>,
    pub tracing: bool,
    /// What could not be evaluated.
    pub problems: Vec<String>,
    left: usize,
}

impl<'a> Scope<'a> {
    pub fn new(declarations: Vec<&'a Declaration>, dice: Dice) -> Self {
        Scope {
            declarations,
            values: BTreeMap::new(),
            corrects: BTreeMap::new(),
            defaults: BTreeMap::new(),
            dice,
            items: None,
            depth: 0,
            trace: Vec::new(),
            tracing: true,
            problems: Vec::new(),
            left: MAX_STEPS,
        }
    }

    /// Takes steps from the budget; false when it is used up.
    pub fn spend(&mut self, steps: usize) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left = self.left.saturating_sub(steps);
        if self.left == 0 {
            self.note(Position::default(), "the processing was stopped: it takes too many steps");
        }
        self.left > 0
    }

    pub fn declaration(&self, identifier: &str) -> Option<&'a Declaration> {
        self.declarations.iter().find(|declaration| declaration.identifier == identifier).copied()
    }

    pub fn variable(&self, identifier: &str) -> Value {
        if let Some(value) = self.values.get(identifier) {
            return value.clone();
        }
        self.item_variable(identifier, None)
    }

    /// In a test, `ITEM.SCORE` is an item's variable, with its weight when one is asked for.
    pub fn weighted_variable(&self, identifier: &str, weight: Option<&str>) -> Value {
        if self.values.contains_key(identifier) || self.items.is_none() {
            return self.values.get(identifier).cloned().unwrap_or(Value::Null);
        }
        self.item_variable(identifier, weight)
    }

    fn item_variable(&self, identifier: &str, weight: Option<&str>) -> Value {
        // An item's identifier may hold dots itself, and `ITEM.1` is its first draw of a selection with replacement.
        let Some((item, name)) = identifier.rsplit_once('.') else { return Value::Null };
        let first = item.strip_suffix(".1");
        let called = |seen: &&SeenItem| seen.identifier == item || first.is_some_and(|first| seen.identifier == first);
        let Some(item) = self.items.and_then(|items| items.iter().find(called)) else { return Value::Null };
        let value = item.outcomes.get(name).or_else(|| item.responses.get(name)).cloned().unwrap_or(Value::Null);
        match (weight, value.number()) {
            (Some(weight), Some(number)) => Value::float(number * item.weight(weight)),
            _ => value,
        }
    }

    pub fn default_of(&self, identifier: &str) -> Value {
        self.defaults
            .get(identifier)
            .cloned()
            .or_else(|| self.declaration(identifier).map(|found| found.default.clone()))
            .unwrap_or(Value::Null)
    }

    pub fn correct_of(&self, identifier: &str) -> Value {
        self.corrects
            .get(identifier)
            .cloned()
            .or_else(|| self.declaration(identifier).map(|found| found.correct.clone()))
            .unwrap_or(Value::Null)
    }

    /// Gives a variable a value, in its declared type; what does not fit becomes NULL and is noted.
    pub fn set(&mut self, at: Position, identifier: &str, value: &Value) -> Value {
        let Some(declaration) = self.declaration(identifier) else {
            self.note(at, &format!("{identifier} is not declared"));
            return Value::Null;
        };
        let fitted = value.fit(declaration.cardinality, declaration.base).unwrap_or_else(|| {
            self.note(at, &format!("the value does not fit the type of {identifier}"));
            Value::Null
        });
        self.values.insert(identifier.to_owned(), fitted.clone());
        fitted
    }

    pub fn number(&self, number: &NumberOrVariable) -> Option<f64> {
        match number {
            NumberOrVariable::Number(number) => Some(*number).filter(|number| !number.is_nan()),
            NumberOrVariable::Variable(name) => self.variable(name).number(),
        }
    }

    pub fn integer(&self, number: &NumberOrVariable) -> Option<i64> {
        super::value::whole(self.number(number)?)
    }

    pub fn record(&mut self, at: Position, step: &'static str, values: &[Value], result: &Value) {
        if self.tracing && self.trace.len() < MAX_TRACE {
            self.trace.push(Step {
                line: at.line,
                column: at.column,
                depth: self.depth,
                step,
                note: None,
                values: values.iter().map(Value::json).collect(),
                result: result.json(),
            });
        }
    }

    /// A step of a rule about a variable.
    pub fn record_about(&mut self, at: Position, step: &'static str, about: &str, result: &Value) {
        let before = self.trace.len();
        self.record(at, step, &[], result);
        if let Some(recorded) = self.trace.get_mut(before) {
            recorded.note = Some(about.to_owned());
        }
    }

    pub fn note(&mut self, at: Position, text: &str) {
        self.record_about(at, "note", text, &Value::Null);
        if self.problems.len() < 100 {
            self.problems.push(if at.line == 0 { text.to_owned() } else { format!("{}:{}: {text}", at.line, at.column) });
        }
    }
}

/// What a variable holds before anything was done: its default, else zero for a single numeric outcome, else NULL.
///
/// QTI 3.0, "Outcome variables": numeric outcomes without a default begin at zero.
pub(crate) fn initial(declaration: &Declaration) -> Value {
    match (&declaration.default, declaration.cardinality, declaration.base) {
        (Value::Null, Cardinality::Single, Some(BaseType::Integer)) => Value::Single(Single::Integer(0)),
        (Value::Null, Cardinality::Single, Some(BaseType::Float)) => Value::Single(Single::Float(0.0)),
        (default, _, _) => default.clone(),
    }
}
