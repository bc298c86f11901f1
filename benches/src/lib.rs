//! The numbers that the README claims, re-runnable.
