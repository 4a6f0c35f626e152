//! Do raters agree? Kappas, Krippendorff's alpha, intraclass correlations, Kendall's W.

mod icc;
mod kappa;
mod krippendorff;

pub use icc::{Intraclass, intraclass};
pub use kappa::{Confusion, Weights, fleiss, kendall_w};
pub use krippendorff::{Metric, krippendorff};
