//! Parses arguments, runs, prints the error, exits.

fn main() -> std::process::ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    prepare_heap();
    mizzen::cli::main()
}

/// Lets the heap grow in huge pages, and keeps what it has: a page fault costs as much as rendering a line, and a
/// program that soon ends has no use for giving memory back. Beyond the first megabytes, which are all that a small
/// chart needs, a render takes a third less time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "there is no safe way to set options of the allocator and to advise the kernel")]
fn prepare_heap() {
    const RESERVED: usize = 64 << 20;
    const HUGE_PAGE: usize = 2 << 20;
    // SAFETY: the options may be set at any time. What the advice concerns belongs to the block at hand or, once that
    // is free, to the rest of the heap, and it changes only how pages come to be.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        let block = libc::malloc(RESERVED);
        if !block.is_null() {
            let first = (block as usize + HUGE_PAGE / 4).next_multiple_of(HUGE_PAGE);
            let end = (block as usize + RESERVED) / HUGE_PAGE * HUGE_PAGE;
            libc::madvise(first as *mut libc::c_void, end - first, libc::MADV_HUGEPAGE);
            libc::free(block);
        }
    }
}
