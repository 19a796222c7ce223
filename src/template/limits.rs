//! The bounds that keep an untrusted template from exhausting the machine.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// How many bytes one buffer (the output of a template, an `include` or a `tpl`) may hold: 256 MiB, and
/// little enough in this crate's tests, and to fuzzers, to be reached there.
pub const OUTPUT: usize = if cfg!(any(test, fuzzing)) { 4 << 20 } else { 256 << 20 };

/// How many bytes the program's allocator has given out, if it counts them here as that of `mizzen` does.
pub static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// How many it may have given out for a template to go on. Nothing that is real needs a tenth of these 4 GiB.
pub static MEMORY: AtomicUsize = AtomicUsize::new(usize::MAX >> (usize::BITS - 32));

/// Whether a template may go on, or what is wrong if it may not.
#[inline]
pub fn check_memory() -> Result<(), String> {
    let most = MEMORY.load(Relaxed);
    if IN_USE.load(Relaxed) <= most { Ok(()) } else { Err(too_much_memory(most)) }
}

#[cold]
fn too_much_memory(most: usize) -> String {
    format!("more than {} MiB of memory are in use (MIZZEN_MEMORY_LIMIT can allow more, such as 16Gi)", most >> 20)
}

/// How many times the bodies of `range` may run in one execution: 100 million, and fewer in
/// this crate's tests and to fuzzers.
pub const ITERATIONS: u64 = if cfg!(any(test, fuzzing)) { 100_000 } else { 100_000_000 };

/// As text/template maxExecDepth: how deep `template` actions may nest.
pub const TEMPLATE_DEPTH: usize = 100_000;

/// As text/template maxStackDepth: how deep parentheses may nest.
pub const PARENTHESES: usize = 10_000;

/// How deep blocks (`if`, `with`, `range`, `block`, `define`, and each `else if`) may nest in a text. Go has no such bound.
pub const BLOCKS: usize = 5_000;

/// How deep `include` and `tpl` may nest in one another. Helm bounds only the nesting of one name (at 1,000), and dies
/// of a stack overflow where names or texts differ.
pub const CALLS: usize = 10_000;

/// The stack that the thread which parses and executes must have.
///
/// While they run, `template` actions, `if`, `with` and `range` take none of it, however deep. Nesting of `include`,
/// `tpl` and parentheses ends with an error where half of this is used; the other half is enough to parse a text
/// that nests as deep as it may. Measured without optimisation, where frames are largest: an `include` takes
/// 10 KiB; to parse it, a parenthesis takes at most 6 KiB, an `if` 6 KiB and a `block` 9 KiB.
pub const STACK: usize = 256 << 20;
