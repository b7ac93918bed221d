//! Benches of the phases; see `benches/`.
