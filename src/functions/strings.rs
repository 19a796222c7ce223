//! sprig's functions on strings.
pub static FUNCTIONS: &[crate::template::function::Function] = &[];
