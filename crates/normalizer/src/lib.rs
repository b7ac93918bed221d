//! Reads one indicator value.
