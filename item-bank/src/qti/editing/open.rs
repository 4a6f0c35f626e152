//! From a QTI item to a draft. Everything that a draft cannot hold is named, so that nothing is lost by opening an item and writing it.

use super::draft::*;
use super::rich_open::{Place, Reader, kept};
use super::scoring;
use crate::qti::check::{is_interaction, is_rendered};
use crate::qti::delivery_nodes::media_source;
use crate::qti::xml::{Element, Node, Position, parse};

/// The draft of an item.
///
/// # Errors
/// Everything in the item that a draft cannot hold, in the order of the document.
pub fn open(source: &str) -> Result<Draft, Vec<Hidden>> {
    let root = parse(source.as_bytes()).map_err(|problem| vec![Hidden::new(problem.at, HiddenWhat::Unreadable, problem.reason)])?;
    let mut opening = Opening { root: &root, hidden: Vec::new(), answers: Vec::new(), inline: Vec::new() };
    let draft = opening.item(source);
    let mut hidden = opening.hidden;
    if hidden.is_empty() {
        return Ok(draft);
    }
    hidden.sort_by_key(|one| (one.line, one.column));
    hidden.dedup();
    Err(hidden)
}

struct Opening<'a> {
    root: &'a Element,
    hidden: Vec<Hidden>,
    /// Responses that an interaction fills.
    answers: Vec<String>,
    inline: Vec<Inline>,
}

impl Opening<'_> {
    fn item(&mut self, source: &str) -> Draft {
        let root = self.root;
        if root.name != "assessment-item" {
            self.hide(root, HiddenWhat::Unreadable);
        }
        self.beside_elements(source);
        if root.is_true("adaptive") {
            self.hidden.push(Hidden::new(root.at, HiddenWhat::Attribute, "adaptive"));
        }
        let mut root_kept = kept(root, &["identifier", "title", "adaptive", "xml:lang"]);
        root_kept.retain(|name, value| !(name == "time-dependent" && value == "false"));
        let empty = Element::default();
        let body = root.child("item-body").unwrap_or(&empty);
        let blocks = self.blocks(body);
        for child in root.elements() {
            match child.name.as_str() {
                "item-body" | "response-processing" => {}
                "response-declaration"
                    if child.attribute("identifier").is_some_and(|name| self.answers.iter().any(|known| known == name)) => {}
                "outcome-declaration" if child.attribute("identifier") == Some("SCORE") => {}
                "response-declaration" | "outcome-declaration" | "template-declaration" => {
                    let name = child.attribute("identifier").unwrap_or_default();
                    self.hidden.push(Hidden::new(child.at, HiddenWhat::Variable, name));
                }
                _ => self.hide(child, HiddenWhat::Element),
            }
        }
        let mut draft = Draft {
            identifier: root.attribute("identifier").unwrap_or_default().to_owned(),
            title: root.attribute("title").unwrap_or_default().to_owned(),
            language: root.attribute("xml:lang").unwrap_or("nl").to_owned(),
            kept: root_kept,
            body_kept: kept(body, &[]),
            blocks,
            inline: std::mem::take(&mut self.inline),
            scoring: Scoring { kind: ScoringKind::Human, points: 1.0, maximum: None },
        };
        self.scoring(&mut draft);
        draft
    }

    /// Comments and instructions are in no tree of elements.
    fn beside_elements(&mut self, source: &str) {
        let declaration = source.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml ");
        let instructions = source.matches("<?").count() - usize::from(declaration);
        if source.contains("<!--") || instructions > 0 {
            self.hidden.push(Hidden::new(Position { line: 1, column: 1 }, HiddenWhat::Comment, "<!-- -->"));
        }
    }

    fn scoring(&mut self, draft: &mut Draft) {
        let score =
            self.root.elements().find(|child| child.name == "outcome-declaration" && child.attribute("identifier") == Some("SCORE"));
        let mut declared = None;
        if let Some(score) = score {
            let usual =
                score.attribute("cardinality") == Some("single") && matches!(score.attribute("base-type"), Some("float" | "integer"));
            let known = ["identifier", "cardinality", "base-type", "normal-maximum", "external-scored"];
            let zero = score.elements().all(|child| child.name == "default-value" && child.text().trim().parse() == Ok(0.0));
            if !usual || !zero || score.attributes.iter().any(|(name, _)| !known.contains(&name.as_str())) {
                self.hidden.push(Hidden::new(score.at, HiddenWhat::Variable, "SCORE"));
            }
            declared = score.parsed::<f64>("normal-maximum");
        }
        let processing = self.root.child("response-processing");
        let base = score.and_then(|score| score.attribute("base-type")).unwrap_or("float");
        match scoring::recognise(processing, &draft.marked(), base) {
            Some(scoring) => draft.scoring = scoring,
            None => processing.iter().for_each(|processing| self.hide(processing, HiddenWhat::Scoring)),
        }
        let computed = scoring::maximum(draft);
        draft.scoring.maximum = declared.filter(|declared| *declared != computed);
    }

    /// Interactions, and the text between them.
    fn blocks(&mut self, body: &Element) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut from = 0;
        for (index, child) in body.children.iter().enumerate() {
            let Node::Element(child) = child else { continue };
            if !is_interaction(&child.name) || matches!(child.name.as_str(), "inline-choice-interaction" | "text-entry-interaction") {
                continue;
            }
            self.text(body, from..index, &mut blocks);
            from = index + 1;
            match self.block(child) {
                Some(block) => blocks.push(block),
                None => self.hide(child, HiddenWhat::Interaction),
            }
        }
        self.text(body, from..body.children.len(), &mut blocks);
        blocks
    }

    fn text(&mut self, body: &Element, children: std::ops::Range<usize>, blocks: &mut Vec<Block>) {
        let text = self.rich(body, children, Place::Loose, Allowed::Answers);
        if !text.is_empty() {
            blocks.push(Block::Text { text });
        }
    }

    fn rich(&mut self, element: &Element, children: std::ops::Range<usize>, place: Place, allowed: Allowed) -> Rich {
        let (root, answers, inline) = (self.root, &mut self.answers, &mut self.inline);
        let mut take = |element: &Element, hidden: &mut Vec<Hidden>| {
            let taken = (allowed == Allowed::Answers).then(|| inline_answer(root, element, hidden, answers)).flatten();
            if taken.is_none() {
                hidden.push(Hidden::new(element.at, HiddenWhat::Interaction, element.written.clone()));
            }
            let response = taken.as_ref().map(|taken| taken.answer().identifier.clone());
            inline.extend(taken);
            response
        };
        let mut reader =
            Reader { hidden: &mut self.hidden, inline: &mut take, gaps: allowed == Allowed::Gaps, hottexts: allowed == Allowed::Hottexts };
        reader.document(element, children, place)
    }

    fn block(&mut self, element: &Element) -> Option<Block> {
        if !is_rendered(&element.name) {
            return None;
        }
        let answer = answer(self.root, element, &mut self.hidden, &mut self.answers)?;
        let prompt = element.child("prompt").map(|prompt| {
            self.attributes(prompt, &[]);
            self.rich(prompt, 0..prompt.children.len(), Place::Tight, Allowed::Words)
        });
        let prompt = prompt.filter(|prompt| !prompt.is_empty());
        let shuffle = element.is_true("shuffle");
        let horizontal = element.attribute("orientation") == Some("horizontal");
        let number = |name: &str| element.parsed::<u64>(name);
        let kept = |shown: &[&str]| kept(element, &[&["response-identifier", "shuffle"], shown].concat());
        Some(match element.name.as_str() {
            "choice-interaction" => Block::Choice {
                max: number("max-choices").unwrap_or(1),
                min: number("min-choices").unwrap_or(0),
                choices: self.choices(element, "simple-choice", &["prompt"]),
                kept: kept(&["max-choices", "min-choices", "orientation"]),
                answer,
                prompt,
                shuffle,
                horizontal,
            },
            "order-interaction" => Block::Order {
                choices: self.choices(element, "simple-choice", &["prompt"]),
                kept: kept(&["orientation"]),
                answer,
                prompt,
                shuffle,
                horizontal,
            },
            "match-interaction" => {
                let sets: Vec<&Element> = element.elements().filter(|child| child.name == "simple-match-set").collect();
                let others = element.elements().filter(|child| !matches!(child.name.as_str(), "prompt" | "simple-match-set"));
                others.chain(sets.iter().skip(2).copied()).for_each(|child| self.hide(child, HiddenWhat::Element));
                sets.iter().for_each(|set| self.attributes(set, &[]));
                let mut lists = sets.iter().map(|set| self.choices(set, "simple-associable-choice", &[])).collect::<Vec<_>>().into_iter();
                Block::Match {
                    max: number("max-associations").unwrap_or(1),
                    min: number("min-associations").unwrap_or(0),
                    rows: lists.next().unwrap_or_default(),
                    columns: lists.next().unwrap_or_default(),
                    kept: kept(&["max-associations", "min-associations"]),
                    answer,
                    prompt,
                    shuffle,
                }
            }
            "gap-match-interaction" => {
                let part = |name: &str| matches!(name, "prompt" | "gap-text");
                Block::GapMatch {
                    choices: self.choices(&only(element, &["gap-text"]), "gap-text", &[]),
                    text: self.rest(element, part, Allowed::Gaps),
                    kept: kept(&[]),
                    answer,
                    prompt,
                    shuffle,
                }
            }
            "hottext-interaction" => Block::Hottext {
                max: number("max-choices").unwrap_or(1),
                min: number("min-choices").unwrap_or(0),
                text: self.rest(element, |name| name == "prompt", Allowed::Hottexts),
                kept: kept(&["max-choices", "min-choices"]),
                answer,
                prompt,
            },
            "extended-text-interaction" => Block::ExtendedText {
                lines: number("expected-lines"),
                min_words: number("data-min-words"),
                max_words: number("data-max-words"),
                kept: kept(&["expected-lines", "data-min-words", "data-max-words"]),
                answer,
                prompt,
            },
            "media-interaction" => {
                let (src, mime) = self.recording(element)?;
                Block::Media {
                    max_plays: number("max-plays").unwrap_or(0),
                    min_plays: number("min-plays").unwrap_or(0),
                    transcript: element.attribute("data-transcript").unwrap_or_default().to_owned(),
                    kept: kept(&["max-plays", "min-plays", "data-transcript"]),
                    src,
                    mime,
                    answer,
                    prompt,
                }
            }
            "upload-interaction" => {
                element.attribute("data-recorder").filter(|kind| *kind == "audio")?;
                Block::Record {
                    max_seconds: number("data-max-seconds").unwrap_or(120),
                    prepare_seconds: number("data-prepare-seconds").unwrap_or(0),
                    kept: kept(&["data-recorder", "data-max-seconds", "data-prepare-seconds"]),
                    answer,
                    prompt,
                }
            }
            _ => return None,
        })
    }

    /// The text of an interaction beside its prompt and choices.
    fn rest(&mut self, element: &Element, part: impl Fn(&str) -> bool, allowed: Allowed) -> Rich {
        let mut rest = element.clone();
        rest.children.retain(|child| !matches!(child, Node::Element(child) if part(&child.name)));
        let children = 0..rest.children.len();
        self.rich(&rest, children, Place::Loose, allowed)
    }

    fn choices(&mut self, element: &Element, name: &str, beside: &[&str]) -> Vec<Choice> {
        let mut choices = Vec::new();
        for child in element.elements() {
            if child.name == name {
                choices.push(self.choice(child));
            } else if !beside.contains(&child.name.as_str()) {
                self.hide(child, HiddenWhat::Element);
            }
        }
        choices
    }

    fn choice(&mut self, element: &Element) -> Choice {
        let text = self.rich(element, 0..element.children.len(), Place::Tight, Allowed::Words);
        choice(element, text, &mut self.hidden)
    }

    /// The file of a recording and its type, when that is all that the interaction holds.
    fn recording(&mut self, element: &Element) -> Option<(String, String)> {
        let mut others = element.elements().filter(|child| child.name != "prompt");
        let (media, none) = (others.next()?, others.next());
        let plain = media.name == "audio"
            && media.attributes.iter().all(|(name, _)| matches!(name.as_str(), "src" | "type"))
            && media.elements().all(|child| child.name == "source" && child.attributes.len() <= 2)
            && media.elements().count() <= 1;
        (plain && none.is_none()).then_some(())?;
        let holder = media.child("source").unwrap_or(media);
        let (src, mime) = media_source(media)?;
        Some((src, holder.attribute("type").map_or(mime, str::to_owned)))
    }

    fn attributes(&mut self, element: &Element, known: &[&str]) {
        for (name, _) in element.attributes.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            self.hidden.push(Hidden::new(element.at, HiddenWhat::Attribute, format!("{} {name}", element.written)));
        }
    }

    fn hide(&mut self, element: &Element, what: HiddenWhat) {
        self.hidden.push(Hidden::new(element.at, what, element.written.clone()));
    }
}

/// What text may hold besides words, pictures and tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Words,
    Answers,
    Gaps,
    Hottexts,
}

fn only(element: &Element, names: &[&str]) -> Element {
    let mut rest = element.clone();
    rest.children.retain(|child| matches!(child, Node::Element(child) if names.contains(&child.name.as_str())));
    rest
}

fn choice(element: &Element, text: Rich, hidden: &mut Vec<Hidden>) -> Choice {
    if element.attribute("template-identifier").is_some() {
        hidden.push(Hidden::new(element.at, HiddenWhat::Attribute, format!("{} template-identifier", element.written)));
    }
    Choice {
        identifier: element.attribute("identifier").unwrap_or_default().to_owned(),
        text,
        fixed: element.is_true("fixed"),
        max: element.parsed("match-max"),
        kept: kept(element, &["identifier", "fixed", "match-max"]),
    }
}

fn inline_answer(root: &Element, element: &Element, hidden: &mut Vec<Hidden>, answers: &mut Vec<String>) -> Option<Inline> {
    let shown: &[&str] = match element.name.as_str() {
        "inline-choice-interaction" => &["response-identifier", "shuffle"],
        "text-entry-interaction" => &["response-identifier", "expected-length"],
        _ => return None,
    };
    let answer = answer(root, element, hidden, answers)?;
    let kept = kept(element, shown);
    if element.name == "text-entry-interaction" {
        return Some(Inline::TextEntry { answer, expected_length: element.parsed("expected-length"), kept });
    }
    let mut choices = Vec::new();
    for child in element.elements() {
        if child.name != "inline-choice" {
            hidden.push(Hidden::new(child.at, HiddenWhat::Element, child.written.clone()));
            continue;
        }
        let mut reader = Reader { hidden, inline: &mut |_, _| None, gaps: false, hottexts: false };
        let text = reader.document(child, 0..child.children.len(), Place::Tight);
        choices.push(choice(child, text, hidden));
    }
    Some(Inline::Choice { answer, shuffle: element.is_true("shuffle"), choices, kept })
}

/// The response that an interaction fills, with its key.
fn answer(root: &Element, element: &Element, hidden: &mut Vec<Hidden>, answers: &mut Vec<String>) -> Option<Answer> {
    let identifier = element.attribute("response-identifier")?;
    let declaration =
        root.elements().find(|child| child.name == "response-declaration" && child.attribute("identifier") == Some(identifier))?;
    let usual = ["identifier", "cardinality", "base-type"];
    if answers.iter().any(|known| known == identifier) || declaration.attributes.iter().any(|(name, _)| !usual.contains(&name.as_str())) {
        hidden.push(Hidden::new(declaration.at, HiddenWhat::Variable, identifier));
    }
    answers.push(identifier.to_owned());
    let mut made = Answer {
        identifier: identifier.to_owned(),
        cardinality: declaration.attribute("cardinality")?.to_owned(),
        base: declaration.attribute("base-type")?.to_owned(),
        correct: Vec::new(),
        points: None,
    };
    for child in declaration.elements() {
        let plain = child.name == "correct-response"
            && child.attributes.is_empty()
            && child.elements().all(|value| value.name == "value" && value.attributes.is_empty() && value.elements().next().is_none());
        if plain {
            made.correct = child.elements().map(Element::text).collect();
        } else if child.name == "mapping" {
            made.points = points(child);
        }
        if !plain && (child.name != "mapping" || made.points.is_none()) {
            hidden.push(Hidden::new(child.at, HiddenWhat::Variable, identifier));
        }
    }
    Some(made)
}

fn points(mapping: &Element) -> Option<Points> {
    let number = |name: &str| match mapping.attribute(name) {
        None => Some(None),
        Some(_) => mapping.parsed::<f64>(name).filter(|number| number.is_finite()).map(Some),
    };
    let entries = mapping.elements().map(|entry| {
        let version_3 = entry.written.starts_with("qti-");
        Some(PointsEntry {
            key: entry.attribute("map-key")?.to_owned(),
            points: entry.parsed::<f64>("mapped-value").filter(|points| points.is_finite())?,
            // What is not said is false in QTI 3.0 (MapEntryDType) and true in 2.1 and 2.2.
            case_sensitive: entry.attribute("case-sensitive").map_or(!version_3, |_| entry.is_true("case-sensitive")),
        })
    });
    Some(Points {
        default: number("default-value")?.unwrap_or(0.0),
        lower: number("lower-bound")?,
        upper: number("upper-bound")?,
        entries: entries.collect::<Option<_>>()?,
    })
}
