//! What can go wrong in a render, one variant per stage.
//!
//! Imports: nothing.
