//! Parses arguments, runs, prints the error, exits.

#![cfg_attr(all(own_start, not(test)), no_main)]

mod heap;
#[cfg(all(own_start, not(test)))]
mod start;

#[global_allocator]
static HEAP: heap::Heap = heap::Heap;

/// The program where it starts as any other: on a thread whose stack is large enough for templates.
#[cfg(not(all(own_start, not(test))))]
fn main() -> std::process::ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    heap::prepare();
    let thread = std::thread::Builder::new().stack_size(mizzen::template::limits::STACK).spawn(|| mizzen::cli::main());
    let Ok(thread) = thread else {
        return std::process::ExitCode::from(mizzen::cli::no_stack() as u8);
    };
    // Nothing comes back but a panic.
    let _ = thread.join();
    std::process::ExitCode::from(101)
}
