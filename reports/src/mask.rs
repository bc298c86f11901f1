//! Masks values.
