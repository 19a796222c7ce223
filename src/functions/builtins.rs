//! text/template's own functions, as its funcs.go.
pub static FUNCTIONS: &[crate::template::function::Function] = &[];
