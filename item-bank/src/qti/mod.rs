//! QTI items (1EdTech QTI 3.0; 2.1 and 2.2 by mapping their names): reading, marking, and the projection to what a kiosk receives.

pub mod deliver;
pub mod expressions;
pub mod item;
pub mod processing;
pub mod responses;
pub mod value;
pub mod xml;

pub use deliver::{Aliases, Delivery, deliver, publication_problems};
pub use item::Item;
pub use processing::{Marked, mark, max_score};
pub use responses::{ResponseFault, Responses, resolve};

/// Something in a document that is wrong or not supported, and where: line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {reason}")]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    pub reason: String,
}
