//! The shape of a draft. Rich text is a document of ProseMirror, of the node and mark types that `rich_open.rs` lists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::qti::xml::Position;

/// Attributes that the editor does not show and hands back as they were.
pub type Kept = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub identifier: String,
    pub title: String,
    /// The language tag of the item.
    pub language: String,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub kept: Kept,
    /// Attributes of the body.
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub body_kept: Kept,
    pub blocks: Vec<Block>,
    /// The answers that stand in running text, by the `inlineAnswer` nodes of the text blocks.
    #[serde(default)]
    pub inline: Vec<Inline>,
    pub scoring: Scoring,
}

/// What stands below one another in an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    Text {
        text: Rich,
    },
    Choice {
        answer: Answer,
        prompt: Option<Rich>,
        shuffle: bool,
        /// 0 is any number.
        max: u64,
        min: u64,
        horizontal: bool,
        choices: Vec<Choice>,
        #[serde(default)]
        kept: Kept,
    },
    Order {
        answer: Answer,
        prompt: Option<Rich>,
        shuffle: bool,
        horizontal: bool,
        choices: Vec<Choice>,
        #[serde(default)]
        kept: Kept,
    },
    Match {
        answer: Answer,
        prompt: Option<Rich>,
        shuffle: bool,
        /// 0 is any number.
        max: u64,
        min: u64,
        rows: Vec<Choice>,
        columns: Vec<Choice>,
        #[serde(default)]
        kept: Kept,
    },
    GapMatch {
        answer: Answer,
        prompt: Option<Rich>,
        shuffle: bool,
        choices: Vec<Choice>,
        /// Text with `gap` nodes.
        text: Rich,
        #[serde(default)]
        kept: Kept,
    },
    Hottext {
        answer: Answer,
        prompt: Option<Rich>,
        max: u64,
        min: u64,
        /// Text with `hottext` marks.
        text: Rich,
        #[serde(default)]
        kept: Kept,
    },
    ExtendedText {
        answer: Answer,
        prompt: Option<Rich>,
        lines: Option<u64>,
        min_words: Option<u64>,
        max_words: Option<u64>,
        #[serde(default)]
        kept: Kept,
    },
    Media {
        answer: Answer,
        prompt: Option<Rich>,
        /// The name of the file in the item; empty while there is none.
        src: String,
        mime: String,
        /// 0 is any number.
        max_plays: u64,
        min_plays: u64,
        /// What is said in the recording, for colleagues; never delivered.
        #[serde(default)]
        transcript: String,
        #[serde(default)]
        kept: Kept,
    },
    Record {
        answer: Answer,
        prompt: Option<Rich>,
        max_seconds: u64,
        prepare_seconds: u64,
        #[serde(default)]
        kept: Kept,
    },
}

/// An answer in running text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Inline {
    Choice {
        answer: Answer,
        shuffle: bool,
        choices: Vec<Choice>,
        #[serde(default)]
        kept: Kept,
    },
    TextEntry {
        answer: Answer,
        expected_length: Option<u64>,
        #[serde(default)]
        kept: Kept,
    },
}

/// What can be chosen: a choice, a row, a column, a word for a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub identifier: String,
    pub text: Rich,
    /// Keeps its place when the others are shuffled.
    #[serde(default)]
    pub fixed: bool,
    /// How often it may be used, where it can be used more than once; 0 is any number.
    #[serde(default)]
    pub max: Option<u64>,
    #[serde(default)]
    pub kept: Kept,
}

/// A response and its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub identifier: String,
    /// `single`, `multiple` or `ordered`.
    pub cardinality: String,
    /// The base type by its name in QTI.
    pub base: String,
    pub correct: Vec<String>,
    pub points: Option<Points>,
}

/// Points by answer: a mapping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    pub default: f64,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub entries: Vec<PointsEntry>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointsEntry {
    pub key: String,
    pub points: f64,
    pub case_sensitive: bool,
}

/// How answers become a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    pub kind: ScoringKind,
    /// What an item earns when everything is right, where all of it must be.
    pub points: f64,
    /// The highest score, where it is not the one that follows from the key.
    pub maximum: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoringKind {
    /// All points when every answer equals its key, else none.
    All,
    /// The sum of the points of the answers.
    Parts,
    /// A person marks it.
    Human,
}

/// A node of a ProseMirror document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rich {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attrs: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Rich>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attrs: Map<String, Json>,
}

/// Something in an item that a draft cannot hold, so that only its source can be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hidden {
    pub line: u32,
    pub column: u32,
    pub what: HiddenWhat,
    /// The element, attribute or variable by its name.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenWhat {
    /// The document cannot be read.
    Unreadable,
    /// A comment or an instruction to a program.
    Comment,
    /// An element that has no place in a draft.
    Element,
    /// An attribute that says more than the draft can.
    Attribute,
    /// A variable that no answer of the item fills, or that is declared in a way of its own.
    Variable,
    /// Marking by rules of its own.
    Scoring,
    /// An interaction inside other text than a draft can have it in, or one that the product does not show.
    Interaction,
}

impl Hidden {
    pub(crate) fn new(at: Position, what: HiddenWhat, name: impl Into<String>) -> Self {
        Hidden { line: at.line, column: at.column, what, name: name.into() }
    }
}

impl Block {
    pub(crate) fn answer(&self) -> Option<&Answer> {
        match self {
            Block::Text { .. } => None,
            Block::Choice { answer, .. }
            | Block::Order { answer, .. }
            | Block::Match { answer, .. }
            | Block::GapMatch { answer, .. }
            | Block::Hottext { answer, .. }
            | Block::ExtendedText { answer, .. }
            | Block::Media { answer, .. }
            | Block::Record { answer, .. } => Some(answer),
        }
    }

    /// Whether a machine can mark it.
    fn is_marked(&self) -> bool {
        !matches!(self, Block::Text { .. } | Block::ExtendedText { .. } | Block::Media { .. } | Block::Record { .. })
    }
}

impl Inline {
    pub(crate) fn answer(&self) -> &Answer {
        match self {
            Inline::Choice { answer, .. } | Inline::TextEntry { answer, .. } => answer,
        }
    }
}

impl Draft {
    /// The answers that rules mark, in the order of the item.
    pub(crate) fn marked(&self) -> Vec<&Answer> {
        let mut found: Vec<&Answer> = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Text { text } => text.walk(&mut |node| {
                    let named = node.attr("response").filter(|_| node.kind == "inlineAnswer");
                    found.extend(named.and_then(|name| self.inline_answer(name)).map(Inline::answer));
                }),
                block if block.is_marked() => found.extend(block.answer()),
                _ => {}
            }
        }
        found
    }

    pub(crate) fn inline_answer(&self, response: &str) -> Option<&Inline> {
        self.inline.iter().find(|inline| inline.answer().identifier == response)
    }
}

impl Rich {
    pub(crate) fn new(kind: &str, content: Vec<Rich>) -> Self {
        Rich { kind: kind.to_owned(), content, ..Rich::default() }
    }

    pub(crate) fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.get(name).and_then(Json::as_str)
    }

    pub(crate) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Rich)) {
        visit(self);
        for node in &self.content {
            node.walk(visit);
        }
    }

    /// Whether it shows nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        let mut empty = true;
        self.walk(&mut |node| {
            let shows = ["image", "gap", "inlineAnswer", "horizontalRule", "table"].contains(&node.kind.as_str());
            empty &= !shows && node.text.as_ref().is_none_or(|text| text.trim().is_empty());
        });
        empty
    }
}
