//! How the program starts on Linux: without what Rust's runtime prepares, and on a stack of its own.
//!
//! The runtime reads /proc/self/maps to find the end of a stack that is too small for templates anyway. Without that, and
//! without the second time that a library for stacks does it, the render of a small chart takes a tenth less time.
//!
//! Imports: heap, template.

#![expect(unsafe_code, reason = "this stands between the system and the safe program")]

use mizzen::template::limits;
use std::ffi::{c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// What a panic ends the program with where it does not abort, as it does in a release: as Rust's runtime has it.
const PANICKED: c_int = 101;

/// The program, as the system calls it. The arguments come by way of [`std::env::args_os`], which glibc fills before.
///
/// # Safety
///
/// Only for the system, once.
// SAFETY: there is no other `main`, as Rust's runtime, which would have one, is left out.
#[unsafe(no_mangle)]
unsafe extern "C" fn main(_: c_int, _: *const *const c_char) -> c_int {
    // SAFETY: nothing else runs yet. As in Rust's runtime, who writes into a pipe that nobody reads gets an error.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    crate::heap::prepare();
    let Some(stack) = stack() else {
        return mizzen::cli::no_stack();
    };
    let run = || catch_unwind(AssertUnwindSafe(|| mizzen::cli::main())).map_or(PANICKED, |never| never);
    // SAFETY: the stack is as large and as aligned as it is said to be, nobody else uses it, and nothing unwinds out.
    unsafe { psm::on_stack(stack, limits::STACK, run) }
}

/// The lowest address of [`limits::STACK`] bytes, below which is a page that cannot be used; nothing where there is not
/// as much memory to be had.
fn stack() -> Option<*mut u8> {
    // At least as large as any page.
    const GUARD: usize = 64 << 10;
    let (protection, flags) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK);
    // SAFETY: this asks for memory that nobody uses, and then takes the lower end of it away again.
    unsafe {
        let whole = libc::mmap(ptr::null_mut(), GUARD + limits::STACK, protection, flags, -1, 0);
        if whole == libc::MAP_FAILED || libc::mprotect(whole, GUARD, libc::PROT_NONE) != 0 {
            return None;
        }
        Some(whole.cast::<u8>().add(GUARD))
    }
}
