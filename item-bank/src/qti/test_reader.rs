//! Tests from XML: parts, sections and item references with their selection, ordering, conditions and limits.

use std::collections::BTreeMap;

use super::expressions::read::expression;
use super::model::{Declaration, Expression, Rule};
use super::reader::{declaration, number};
use super::rules_reader::rules;
use super::xml::{Element, Position, Problem, parse};

/// A QTI test of any version from 2.1: its structure and its own processing. Its items are read separately.
#[derive(Clone, Debug)]
pub struct Test {
    pub identifier: String,
    pub title: String,
    /// What was read but is invalid or not supported.
    pub problems: Vec<Problem>,
    pub time_limits: TimeLimits,
    pub(crate) outcomes: Vec<Declaration>,
    pub(crate) parts: Vec<Section>,
    pub(crate) processing: Vec<Rule>,
}

/// Limits in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TimeLimits {
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Whether what is handed in after the maximum still counts.
    pub allow_late: bool,
}

/// What a candidate may do in an item; absent ones are inherited from the section and the part around it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SessionControl {
    /// 0 is any number.
    pub max_attempts: Option<u64>,
    pub show_feedback: Option<bool>,
    pub allow_review: Option<bool>,
    pub show_solution: Option<bool>,
    pub allow_comment: Option<bool>,
    pub allow_skipping: Option<bool>,
    pub validate_responses: Option<bool>,
}

impl Test {
    /// The files of the items that it refers to, each once.
    pub fn item_files(&self) -> Vec<String> {
        fn visit(section: &Section, found: &mut Vec<String>) {
            for child in &section.children {
                match child {
                    Child::Section(inner) => visit(inner, found),
                    Child::Item(item) if !item.href.is_empty() && !found.contains(&item.href) => found.push(item.href.clone()),
                    Child::Item(_) => {}
                }
            }
        }
        let mut found = Vec::new();
        self.parts.iter().for_each(|part| visit(part, &mut found));
        found
    }
}

impl SessionControl {
    /// This control, where it says nothing as the one around it.
    pub(crate) fn within(self, outer: SessionControl) -> SessionControl {
        SessionControl {
            max_attempts: self.max_attempts.or(outer.max_attempts),
            show_feedback: self.show_feedback.or(outer.show_feedback),
            allow_review: self.allow_review.or(outer.allow_review),
            show_solution: self.show_solution.or(outer.show_solution),
            allow_comment: self.allow_comment.or(outer.allow_comment),
            allow_skipping: self.allow_skipping.or(outer.allow_skipping),
            validate_responses: self.validate_responses.or(outer.validate_responses),
        }
    }
}

/// What parts, sections and item references have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Common {
    pub identifier: String,
    pub required: bool,
    pub fixed: bool,
    pub conditions: Vec<Expression>,
    /// Where to go on after it, under which condition.
    pub branches: Vec<(Expression, String)>,
    pub control: SessionControl,
    pub limits: TimeLimits,
}

/// A section, or a part, which is a section that says how it is walked through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    pub common: Common,
    /// Only of parts: conditions and branches hold where items are taken in order.
    pub linear: bool,
    /// Only of parts: every item is handed in by itself, and not all of them at the end.
    pub individual: bool,
    pub keep_together: bool,
    pub visible: bool,
    /// How many of its children are drawn, and whether one may be drawn again.
    pub select: Option<(usize, bool)>,
    pub shuffle: bool,
    pub children: Vec<Child>,
}

#[derive(Clone, Debug)]
pub(crate) enum Child {
    Section(Section),
    Item(ItemRef),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ItemRef {
    pub common: Common,
    pub href: String,
    pub categories: Vec<String>,
    pub weights: BTreeMap<String, f64>,
    /// Outcomes of the item under the names by which the test knows them.
    pub renamed: Vec<(String, String)>,
    /// Template variables that the test gives a default of its own.
    pub template_defaults: Vec<(String, Expression)>,
}

/// Reads a test.
///
/// # Errors
/// When the bytes are no XML under the limits of [`super::Item::parse`], or no test.
pub fn parse_test(bytes: &[u8]) -> Result<Test, Vec<Problem>> {
    parse_test_with(bytes, &|_| None)
}

/// As [`parse_test`], with the sections that stand in files of their own: `load` gives a file by its `href`.
///
/// # Errors
/// As [`parse_test`].
pub fn parse_test_with(bytes: &[u8], load: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Test, Vec<Problem>> {
    let root = parse(bytes).map_err(|problem| vec![problem])?;
    if root.name != "assessment-test" {
        return Err(vec![Problem::new(root.at, format!("<{}> is not a QTI test", root.written))]);
    }
    let mut problems = Vec::new();
    let mut test = Test {
        identifier: root.attribute("identifier").unwrap_or_default().to_owned(),
        title: root.attribute("title").unwrap_or_default().to_owned(),
        problems: Vec::new(),
        time_limits: TimeLimits::default(),
        outcomes: Vec::new(),
        parts: Vec::new(),
        processing: Vec::new(),
    };
    for child in root.elements() {
        match child.name.as_str() {
            "outcome-declaration" => test.outcomes.extend(declaration(child, &mut problems)),
            "test-part" => test.parts.push(section(child, &mut Sections { load, left: MAX_SECTION_FILES, depth: 0 }, &mut problems)),
            "outcome-processing" => test.processing = rules(child, &mut problems),
            "time-limits" => test.time_limits = limits(child, &mut problems),
            "test-feedback" | "rubric-block" | "stylesheet" => {}
            _ => problems.push(Problem::new(child.at, format!("<{}> is not supported in a test", child.written))),
        }
    }
    if test.parts.is_empty() {
        problems.push(Problem::new(root.at, "the test has no part"));
    }
    super::vocabulary::check(&root, &mut problems);
    check_test(&test, root.at, &mut problems);
    problems.sort_by_key(|problem| problem.at);
    test.problems = problems;
    Ok(test)
}

/// Files of sections are counted: they may refer to one another.
const MAX_SECTION_FILES: usize = 64;
/// How many files may lie inside one another.
const MAX_SECTION_DEPTH: usize = 4;

struct Sections<'a> {
    load: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    left: usize,
    depth: usize,
}

/// The section of a file. What the reference says of it holds over what it says of itself.
fn section_ref(element: &Element, sections: &mut Sections<'_>, problems: &mut Vec<Problem>) -> Option<Section> {
    let href = element.attribute("href").unwrap_or_default();
    let mut refuse = |reason: String| problems.push(Problem::new(element.at, reason));
    if sections.left == 0 || sections.depth == MAX_SECTION_DEPTH {
        refuse(format!("more than {MAX_SECTION_FILES} files of sections, or {MAX_SECTION_DEPTH} inside one another"));
        return None;
    }
    sections.left -= 1;
    let Some(bytes) = (sections.load)(href) else {
        refuse(format!("the section {href} cannot be read"));
        return None;
    };
    let root = match parse(&bytes) {
        Ok(root) if root.name == "assessment-section" => root,
        Ok(root) => {
            refuse(format!("{href}: <{}> is not a section", root.written));
            return None;
        }
        Err(problem) => {
            refuse(format!("{href}:{problem}"));
            return None;
        }
    };
    let mut inside = Vec::new();
    super::vocabulary::check(&root, &mut inside);
    sections.depth += 1;
    let mut made = section(&root, sections, &mut inside);
    sections.depth -= 1;
    problems.extend(inside.into_iter().map(|problem| Problem::new(element.at, format!("{href}:{problem}"))));
    let own = common(element, problems);
    made.common.identifier = own.identifier;
    made.common.required |= own.required;
    made.common.fixed |= own.fixed;
    made.common.conditions.extend(own.conditions);
    made.common.branches.extend(own.branches);
    made.common.control = own.control.within(made.common.control);
    if own.limits != TimeLimits::default() {
        made.common.limits = own.limits;
    }
    Some(made)
}

fn section(element: &Element, sections: &mut Sections<'_>, problems: &mut Vec<Problem>) -> Section {
    let mut made = Section {
        common: common(element, problems),
        linear: element.attribute("navigation-mode") != Some("nonlinear"),
        individual: element.attribute("submission-mode") != Some("simultaneous"),
        keep_together: element.attribute("keep-together").is_none_or(|value| value.trim() != "false"),
        visible: element.attribute("visible").is_none_or(|value| value.trim() != "false"),
        ..Section::default()
    };
    for child in element.elements() {
        match child.name.as_str() {
            "assessment-section" => made.children.push(Child::Section(section(child, sections, problems))),
            "assessment-section-ref" => made.children.extend(section_ref(child, sections, problems).map(Child::Section)),
            "assessment-item-ref" => made.children.push(Child::Item(item_ref(child, problems))),
            "selection" => match child.parsed("select") {
                Some(select) => made.select = Some((select, child.is_true("with-replacement"))),
                None => problems.push(Problem::new(child.at, "a selection needs the number to select")),
            },
            "ordering" => made.shuffle = child.is_true("shuffle"),
            "pre-condition" | "branch-rule" | "item-session-control" | "time-limits" | "rubric-block" | "test-feedback" => {}
            _ => problems.push(Problem::new(child.at, format!("<{}> is not supported in a part or section", child.written))),
        }
    }
    made
}

fn common(element: &Element, problems: &mut Vec<Problem>) -> Common {
    let mut made = Common {
        identifier: element.attribute("identifier").unwrap_or_default().to_owned(),
        required: element.is_true("required"),
        fixed: element.is_true("fixed"),
        ..Common::default()
    };
    if made.identifier.is_empty() {
        problems.push(Problem::new(element.at, format!("<{}> has no identifier", element.written)));
    }
    for child in element.elements() {
        match child.name.as_str() {
            "pre-condition" | "branch-rule" => {
                let Some(condition) = child.elements().next() else {
                    problems.push(Problem::new(child.at, format!("<{}> has no condition", child.written)));
                    continue;
                };
                let condition = expression(condition, problems);
                if child.name == "pre-condition" {
                    made.conditions.push(condition);
                } else {
                    made.branches.push((condition, child.attribute("target").unwrap_or("EXIT_TEST").trim().to_owned()));
                }
            }
            "item-session-control" => {
                let said = |name: &str| child.attribute(name).map(|_| child.is_true(name));
                made.control = SessionControl {
                    max_attempts: child.parsed("max-attempts"),
                    show_feedback: said("show-feedback"),
                    allow_review: said("allow-review"),
                    show_solution: said("show-solution"),
                    allow_comment: said("allow-comment"),
                    allow_skipping: said("allow-skipping"),
                    validate_responses: said("validate-responses"),
                };
            }
            "time-limits" => made.limits = limits(child, problems),
            _ => {}
        }
    }
    made
}

fn limits(element: &Element, problems: &mut Vec<Problem>) -> TimeLimits {
    TimeLimits {
        min: number(element, "min-time", problems),
        max: number(element, "max-time", problems),
        allow_late: element.is_true("allow-late-submission"),
    }
}

fn item_ref(element: &Element, problems: &mut Vec<Problem>) -> ItemRef {
    let mut made = ItemRef {
        common: common(element, problems),
        href: element.attribute("href").unwrap_or_default().to_owned(),
        categories: element.attribute("category").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        ..ItemRef::default()
    };
    if made.href.is_empty() {
        problems.push(Problem::new(element.at, "the item reference names no file"));
    }
    for child in element.elements() {
        match child.name.as_str() {
            "weight" => match (child.attribute("identifier"), number(child, "value", problems)) {
                (Some(name), Some(value)) => {
                    made.weights.insert(name.to_owned(), value);
                }
                _ => problems.push(Problem::new(child.at, "a weight needs an identifier and a value")),
            },
            "variable-mapping" => match (child.attribute("source-identifier"), child.attribute("target-identifier")) {
                (Some(source), Some(target)) => made.renamed.push((source.to_owned(), target.to_owned())),
                _ => problems.push(Problem::new(child.at, "a variable mapping needs a source and a target")),
            },
            "template-default" => match (child.attribute("template-identifier"), child.elements().next()) {
                (Some(name), Some(value)) => made.template_defaults.push((name.trim().to_owned(), expression(value, problems))),
                _ => problems.push(Problem::new(child.at, "a template default needs an identifier and an expression")),
            },
            "pre-condition" | "branch-rule" | "item-session-control" | "time-limits" => {}
            _ => problems.push(Problem::new(child.at, format!("<{}> is not supported in an item reference", child.written))),
        }
    }
    made
}

/// What is wrong with a test as a whole: identifiers used twice, branches that lead nowhere, variables that nobody declares.
fn check_test(test: &Test, at: Position, problems: &mut Vec<Problem>) {
    let mut identifiers = Vec::new();
    let mut targets = Vec::new();
    fn visit(section: &Section, identifiers: &mut Vec<String>, targets: &mut Vec<(String, Position)>) {
        let note = |common: &Common, identifiers: &mut Vec<String>, targets: &mut Vec<(String, Position)>| {
            identifiers.push(common.identifier.clone());
            targets.extend(common.branches.iter().map(|(condition, target)| (target.clone(), condition.at)));
        };
        note(&section.common, identifiers, targets);
        for child in &section.children {
            match child {
                Child::Section(inner) => visit(inner, identifiers, targets),
                Child::Item(item) => note(&item.common, identifiers, targets),
            }
        }
    }
    test.parts.iter().for_each(|part| visit(part, &mut identifiers, &mut targets));
    let mut known = std::collections::BTreeSet::new();
    for name in identifiers.iter().filter(|name| !name.is_empty()) {
        if !known.insert(name.as_str()) {
            problems.push(Problem::new(at, format!("the identifier {name} is used more than once")));
        }
    }
    for (target, at) in targets {
        if !known.contains(target.as_str()) && !matches!(target.as_str(), "EXIT_TEST" | "EXIT_TESTPART" | "EXIT_SECTION") {
            problems.push(Problem::new(at, format!("the branch leads to {target}, which is not in the test")));
        }
    }
    let declared = test.outcomes.iter().map(|found| found.identifier.as_str()).chain(["duration"]).collect();
    for rule in &test.processing {
        super::check::test_rule(rule, &declared, problems);
    }
}
