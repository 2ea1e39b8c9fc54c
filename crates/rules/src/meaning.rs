//! What equal texts mean where they stand: whether the names they read are the
//! same things, and what ties a definition to its place.

mod comparison;
mod footing;
mod patches;

pub use comparison::{Comparison, Difference};
pub use footing::{obstacle, visible_difference};
pub use patches::Patches;
