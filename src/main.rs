//! Parses arguments, runs, prints the error, exits.

/// Rendering allocates many small values and frees them together, which this allocator does faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    mizzen::cli::main()
}
