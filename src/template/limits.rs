//! The bounds that keep an untrusted template from exhausting the machine.

/// How many bytes one buffer (the output of a template, an `include` or a `tpl`) may hold.
pub const OUTPUT: usize = 256 << 20;

/// How many times the bodies of `range` may run in one execution.
pub const ITERATIONS: u64 = 100_000_000;

/// As text/template maxExecDepth: how deep `template` actions may nest.
pub const TEMPLATE_DEPTH: usize = 100_000;

/// As text/template maxStackDepth: how deep parentheses may nest.
pub const PARENTHESES: usize = 10_000;

/// How deep blocks (`if`, `with`, `range`, `block`) may nest in a text. Go has no such bound.
pub const BLOCKS: usize = 10_000;

/// How deep `include` and `tpl` may nest in one another. Helm bounds only the nesting of one name (at 1,000), and dies
/// of a stack overflow where names or texts differ.
pub const CALLS: usize = 10_000;

/// The stack that the thread which parses and executes must have. Nesting of `include`, `tpl` and parentheses
/// ends with an error where half of this is used. Measured without optimisation: an `include` takes 10 KiB, a
/// parenthesis or a block 3 KiB to parse; `template` actions, `if`, `with` and `range` take nothing while they run.
pub const STACK: usize = 256 << 20;
