//! Response and template processing (QTI 3.0, 5.2 and 5.3): rules that set variables, with a trace that explains a mark.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::expressions;
use super::item::{Declaration, Item, LookupTable, TableKind};
use super::responses::Responses;
use super::value::{BaseType, Cardinality, Scalar, Value};
use super::xml::Element;

/// Steps of one item's processing. More than this is a loop of the author's making, not a test.
const MAX_STEPS: usize = 100_000;
/// How often a template constraint may ask for new values before the last ones are kept (QTI 3.0, `qti-template-constraint`).
const MAX_RETRIES: usize = 100;

/// One thing that processing did, as plain data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The rule or expression, in the words of QTI 3.0.
    pub rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    pub value: Json,
}

/// What marking gives: the outcome variables and how they came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    pub outcomes: BTreeMap<String, Value>,
    pub trace: Vec<Step>,
    /// What could not be evaluated; its value was taken as NULL.
    pub problems: Vec<String>,
}

impl Marked {
    /// `SCORE`, 0 where there is none.
    pub fn score(&self) -> f64 {
        self.outcomes.get("SCORE").and_then(Value::single).and_then(Scalar::number).unwrap_or(0.0)
    }

    pub fn outcomes_json(&self) -> Json {
        Json::Object(self.outcomes.iter().map(|(name, value)| (name.clone(), value.json())).collect())
    }
}

/// Marks the responses. The same item, responses and seed give the same outcomes and trace.
pub fn mark(item: &Item, responses: &Responses, seed: u64) -> Marked {
    let mut context = Context::new(item, seed);
    for (identifier, value) in responses {
        context.responses.insert(identifier.clone(), value.clone());
    }
    if let Some(processing) = &item.response_processing {
        context.respond(processing);
    }
    Marked { outcomes: context.outcomes, trace: context.trace, problems: context.problems }
}

/// The most that an item can give: the outcome of its correct response, or the declared or mapped maximum where that is more.
pub fn max_score(item: &Item, seed: u64) -> f64 {
    let declared = item.outcomes.get("SCORE").and_then(|outcome| outcome.normal_maximum);
    let maxscore = item.outcomes.get("MAXSCORE").and_then(|outcome| outcome.default.single()).and_then(Scalar::number);
    declared.or(maxscore).unwrap_or_else(|| {
        let correct = Context::new(item, seed).correct;
        mark(item, &correct, seed).score()
    })
}

/// The state of one item while it is processed.
pub struct Context<'a> {
    pub item: &'a Item,
    pub responses: BTreeMap<String, Value>,
    pub outcomes: BTreeMap<String, Value>,
    pub templates: BTreeMap<String, Value>,
    pub correct: BTreeMap<String, Value>,
    pub rng: ChaCha8Rng,
    pub trace: Vec<Step>,
    pub problems: Vec<String>,
    steps: usize,
}

/// Whether processing goes on.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Exit,
    /// A template constraint did not hold.
    Again,
}

impl<'a> Context<'a> {
    pub fn new(item: &'a Item, seed: u64) -> Self {
        let initial = |declarations: &BTreeMap<String, Declaration>, outcome| {
            declarations.iter().map(|(name, declaration)| (name.clone(), declaration.initial(outcome))).collect::<BTreeMap<_, _>>()
        };
        let mut context = Self {
            responses: initial(&item.responses, false),
            outcomes: initial(&item.outcomes, true),
            templates: initial(&item.templates, false),
            correct: item.responses.iter().map(|(name, declaration)| (name.clone(), declaration.correct.clone())).collect(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            trace: Vec::new(),
            problems: Vec::new(),
            steps: 0,
            item,
        };
        context.outcomes.entry("completionStatus".into()).or_insert_with(|| Value::Single(Scalar::Identifier("unknown".into())));
        context.run_templates();
        context
    }

    fn run_templates(&mut self) {
        let Some(processing) = &self.item.template_processing else { return };
        let (templates, correct) = (self.templates.clone(), self.correct.clone());
        for attempt in 0..=MAX_RETRIES {
            if self.rules(processing) != Flow::Again || attempt == MAX_RETRIES {
                return;
            }
            (self.templates, self.correct) = (templates.clone(), correct.clone());
        }
    }

    fn respond(&mut self, processing: &Element) {
        if processing.elements().next().is_some() {
            self.rules(processing);
            return;
        }
        let template = processing.attribute("template").or(processing.attribute("template-location")).unwrap_or_default();
        let name = template.rsplit('/').next().unwrap_or_default().trim_end_matches(".xml");
        match name {
            "match_correct" | "CC2_match_correct" => self.match_correct(),
            "map_response" | "CC2_map_response" => self.map_template(false),
            "map_response_point" => self.map_template(true),
            "" => {}
            other => self.problems.push(format!("the response processing template {other:?} is not known")),
        }
    }

    /// `match_correct`: 1 when the response is the correct one, else 0.
    fn match_correct(&mut self) {
        let response = self.responses.get("RESPONSE").cloned().unwrap_or_default();
        let correct = self.correct.get("RESPONSE").cloned().unwrap_or_default();
        let right = expressions::matches(&response, &correct) == Some(true);
        self.set_outcome("match_correct", "SCORE", Value::Single(Scalar::Float(f64::from(u8::from(right)))));
    }

    /// `map_response` and `map_response_point`: nothing given is 0, else the mapped score.
    fn map_template(&mut self, point: bool) {
        let response = self.responses.get("RESPONSE").cloned().unwrap_or_default();
        let score = if response.is_null() {
            0.0
        } else if point {
            expressions::map_response_point(self, "RESPONSE").unwrap_or(0.0)
        } else {
            expressions::map_response(self, "RESPONSE").unwrap_or(0.0)
        };
        let rule = if point { "map_response_point" } else { "map_response" };
        self.set_outcome(rule, "SCORE", Value::Single(Scalar::Float(score)));
    }

    fn rules(&mut self, parent: &Element) -> Flow {
        for rule in parent.elements() {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.problems.push(format!("processing was stopped after {MAX_STEPS} steps"));
                return Flow::Exit;
            }
            let flow = self.rule(rule);
            if flow != Flow::On {
                return flow;
            }
        }
        Flow::On
    }

    fn rule(&mut self, rule: &Element) -> Flow {
        match rule.name.as_str() {
            "response-condition" | "template-condition" | "outcome-condition" => return self.condition(rule),
            "set-outcome-value" => {
                let value = self.first(rule);
                self.set_outcome("set-outcome-value", rule.attribute("identifier").unwrap_or_default(), value);
            }
            "lookup-outcome-value" => {
                let source = self.first(rule);
                self.look_up(rule.attribute("identifier").unwrap_or_default(), &source);
            }
            "set-template-value" => {
                let value = self.first(rule);
                let identifier = rule.attribute("identifier").unwrap_or_default();
                match self.item.templates.get(identifier) {
                    Some(declaration) => {
                        let value = fit(value, declaration);
                        self.note("set-template-value", Some(identifier), value.json());
                        self.templates.insert(identifier.to_owned(), value);
                    }
                    None => self.problems.push(format!("the template variable {identifier:?} is not declared")),
                }
            }
            "set-correct-response" | "set-default-value" => {
                let value = self.first(rule);
                let identifier = rule.attribute("identifier").unwrap_or_default().to_owned();
                let Some(declaration) = self.item.declaration(&identifier) else {
                    self.problems.push(format!("the variable {identifier:?} is not declared"));
                    return Flow::On;
                };
                let value = fit(value, declaration);
                if rule.name == "set-correct-response" {
                    self.correct.insert(identifier, value);
                } else if let Some(slot) = self.responses.get_mut(&identifier) {
                    *slot = value;
                } else if let Some(slot) = self.outcomes.get_mut(&identifier) {
                    *slot = value;
                }
            }
            "template-constraint" => {
                if self.first(rule) != Value::Single(Scalar::Boolean(true)) {
                    return Flow::Again;
                }
            }
            "response-processing-fragment" | "outcome-processing-fragment" => return self.rules(rule),
            "exit-response" | "exit-template" | "exit-test" => {
                self.note(&rule.name, None, Json::Null);
                return Flow::Exit;
            }
            other => self.problems.push(format!("line {}: the rule <{other}> is not known", rule.line)),
        }
        Flow::On
    }

    /// The first branch whose condition is true; NULL is not true.
    fn condition(&mut self, rule: &Element) -> Flow {
        for branch in rule.elements() {
            if branch.name.ends_with("-else") && !branch.name.ends_with("-else-if") {
                self.note(&branch.name, None, Json::Bool(true));
                return self.rules(branch);
            }
            let mut parts = branch.elements();
            let Some(condition) = parts.next() else { continue };
            let holds = expressions::evaluate(self, condition);
            self.note(&branch.name, None, holds.json());
            if holds == Value::Single(Scalar::Boolean(true)) {
                for rule in parts {
                    let flow = self.rule(rule);
                    if flow != Flow::On {
                        return flow;
                    }
                }
                return Flow::On;
            }
        }
        Flow::On
    }

    fn first(&mut self, rule: &Element) -> Value {
        rule.elements().next().map_or(Value::Null, |expression| expressions::evaluate(self, expression))
    }

    fn set_outcome(&mut self, rule: &str, identifier: &str, value: Value) {
        let value = match self.item.outcomes.get(identifier) {
            Some(declaration) => fit(value, declaration),
            // SCORE of a template may be undeclared in old items; completionStatus is always there.
            None if identifier == "SCORE" || self.outcomes.contains_key(identifier) => value,
            None => {
                self.problems.push(format!("the outcome {identifier:?} is not declared"));
                return;
            }
        };
        self.note(rule, Some(identifier), value.json());
        self.outcomes.insert(identifier.to_owned(), value);
    }

    fn look_up(&mut self, identifier: &str, source: &Value) {
        let Some(table) = self.item.outcomes.get(identifier).and_then(|declaration| declaration.table.as_ref()) else {
            self.problems.push(format!("the outcome {identifier:?} has no table"));
            return;
        };
        let value = source.single().and_then(Scalar::number).map_or(Value::Null, |number| look_up(table, number));
        self.set_outcome("lookup-outcome-value", identifier, value);
    }

    pub fn note(&mut self, rule: &str, identifier: Option<&str>, value: Json) {
        self.trace.push(Step { rule: rule.to_owned(), identifier: identifier.map(str::to_owned), value });
    }

    /// The value of a variable of any kind.
    pub fn variable(&self, identifier: &str) -> Option<&Value> {
        self.responses.get(identifier).or_else(|| self.outcomes.get(identifier)).or_else(|| self.templates.get(identifier))
    }
}

/// A match table has the value of the entry that is equal; an interpolation table that of the first entry at or below the source
/// (QTI 3.0, `qti-interpolation-table-entry`: the lower end, included unless it says otherwise).
fn look_up(table: &LookupTable, source: f64) -> Value {
    let found = match &table.kind {
        TableKind::Match(entries) => entries.iter().find(|(key, _)| *key as f64 == source).map(|(_, value)| value),
        TableKind::Interpolation(entries) => {
            entries.iter().find(|(key, included, _)| source > *key || (*included && source == *key)).map(|(_, _, value)| value)
        }
    };
    found.unwrap_or(&table.default).clone()
}

/// Makes a value fit its variable where QTI allows it: whole numbers for floats, floats without a fraction for integers, one value for a container.
fn fit(value: Value, declaration: &Declaration) -> Value {
    if value.is_null() {
        return Value::Null;
    }
    let scalar = |scalar: Scalar| match (declaration.base_type, scalar) {
        (Some(BaseType::Float), Scalar::Integer(number)) => Scalar::Float(number as f64),
        (Some(BaseType::Integer), Scalar::Float(number)) if number.fract() == 0.0 && number.abs() < 9e18 => Scalar::Integer(number as i64),
        (_, scalar) => scalar,
    };
    match (declaration.cardinality, value) {
        (Cardinality::Single, Value::Single(one)) => Value::Single(scalar(one)),
        (Cardinality::Multiple | Cardinality::Ordered, Value::Single(one)) => Value::container(declaration.cardinality, vec![scalar(one)]),
        (Cardinality::Multiple | Cardinality::Ordered, Value::Multiple(values) | Value::Ordered(values)) => {
            Value::container(declaration.cardinality, values.into_iter().map(scalar).collect())
        }
        (_, value) => value,
    }
}

/// The outcomes and trace as the command line prints them.
pub fn marked_json(marked: &Marked) -> Json {
    let mut out = json!({ "outcomes": marked.outcomes_json(), "trace": marked.trace });
    if !marked.problems.is_empty() {
        out["problems"] = json!(marked.problems);
    }
    out
}
