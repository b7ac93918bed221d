//! The parsed value of an indicator as columns.

use jixiao_model::{Form, Indicator};

use crate::schema::IndicatorRow;

/// Reads the values of indicators and fills their columns.
#[derive(Debug, Clone, Default)]
pub struct ValueReader {
    fingerprint: String,
}

impl ValueReader {
    /// Names the lexicon: two readers with the same name read alike.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// Fills the columns of the parsed value.
    #[expect(clippy::unused_self, reason = "values are read as soon as the normalizer is there")]
    pub(crate) fn fill(&self, _row: &mut IndicatorRow, _indicator: &Indicator, _form: &Form) {}
}
