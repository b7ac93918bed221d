//! For tests only: damages a booklet of text in known ways, and measures what survives.
//!
//! A [`Seed`] is a booklet that reads well.
//! [`mutate`] damages one form of it in one way that real renderings show, and says what the form must still say.
//! [`next_year`] makes of it the booklet of the next year, with changes that are known.
//! [`filled_down`] is the reading that tools without knowledge of the forms give: labels filled down by column.

mod baseline;
mod compare;
mod mutate;
mod next_year;
mod random;
mod seed;

pub use baseline::filled_down;
pub use compare::{Comparison, compare};
pub use mutate::{Damage, Mutant, mutate};
pub use next_year::{NextYear, Planted, next_year};
pub use random::Random;
pub use seed::{Seed, assemble_text};
