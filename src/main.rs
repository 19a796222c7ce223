//! Parses arguments, runs, prints the error, exits.

mod heap;

#[global_allocator]
static HEAP: heap::Heap = heap::Heap;

fn main() -> std::process::ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    heap::prepare();
    mizzen::cli::main()
}
