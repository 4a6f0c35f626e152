//! Papers as PDF: tagged for screen readers (PDF/UA-1), fit for archives (PDF/A-2a), with the same bytes for the same data.

pub mod sheet;
pub mod text;

use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::document::Document;

use text::TextError;

#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("the paper cannot be written as PDF: {0}")]
    Pdf(String),
}

/// An empty document that keeps to both standards, or fails when it is finished.
pub fn document() -> Result<Document, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PdfError::Pdf(format!("{error:?}")))?;
    Ok(Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() }))
}
