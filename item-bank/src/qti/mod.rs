//! QTI in and out: items and tests are read, checked, delivered without their keys, marked with an explanation, packed and unpacked.
//!
//! What the rest of the product uses:
//!
//! Shared vocabulary: names are those of QTI 3.0 without their prefix, whatever version a document is in.

mod attempts;
mod check;
mod check_files;
mod deliver;
mod delivery_nodes;
pub mod editing;
mod expressions;
mod model;
mod outline;
mod package;
mod pattern;
mod processing;
mod random;
mod reader;
mod responses;
mod rules_reader;
mod scope;
mod standard_templates;
mod templates;
mod test;
mod test_reader;
mod test_run;
mod value;
mod vocabulary;
pub mod xml;

pub use check::publication_problems;
pub use check_files::{Checked, check_document, check_document_with, check_package};
pub use deliver::{Aliases, Delivery, aliases, deliver};
pub use model::{Item, Responses};
pub use outline::{Interaction, Key, Outline, marking_rules, outline, unlike_answers};
pub use package::{Package, PackageProblem, Resource, package_of, read_package, resolve_path, write_package};
pub use pattern::Pattern;
pub use processing::{Marked, mark, mark_without_trace, max_score};
pub use responses::{ResponseFault, answers, resolve, responses_from_json};
pub use scope::Step;
pub use test::{MarkedItem, MarkedTest, Selected, select};
pub use test_reader::{SessionControl, Test, TimeLimits, parse_test, parse_test_with};
pub use test_run::run_test;
pub use value::{BaseType, Cardinality, Single, Value};
pub use xml::{Position, Problem};
