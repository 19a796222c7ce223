//! Parses arguments, runs, prints the error, exits.

/// Rendering allocates many small values and frees them together, which this allocator does faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc.h, which the bindings do not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

fn main() -> std::process::ExitCode {
    // Giving free pages back to the system, at the latest when the process ends, was 3 % of the time of a large chart.
    #[expect(unsafe_code, reason = "the bindings have no safe way to set an option; this one may be set at any time")]
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, -1);
    }
    mizzen::cli::main()
}
