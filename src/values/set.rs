//! The `--set` grammar.
