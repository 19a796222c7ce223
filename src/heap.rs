//! The allocator of the program: the system's, with small blocks kept by their size.
//!
//! A render makes some hundred thousand small blocks and soon drops most of them, always on one thread. What the
//! system's allocator does for each of them beyond handing out the last block of that size (joining neighbours, looking
//! for the best fit) is for programs that run long; here it was a sixth of all instructions.
//!
//! Imports: template.

#![expect(unsafe_code, reason = "an allocator hands out raw memory, and the system's has no safe way to be advised")]

use mizzen::template::limits::IN_USE;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

/// The largest block that is kept, and the step from one size to the next, in bytes. A step is also the alignment.
const LARGEST: usize = 1 << 10;
const STEP: usize = 16;

/// How much is asked of the system at once.
const CHUNK: Layout = match Layout::from_size_align(32 << 10, STEP) {
    Ok(layout) => layout,
    Err(_) => unreachable!(),
};

/// The allocator. Small blocks are never given back to the system. A block that is freed by another thread than the one
/// that asked for it stays with the thread that freed it, and what a thread kept is lost when it ends: the threads of this
/// program are few.
pub struct Heap;

/// What a thread has at hand.
struct Blocks {
    /// Freed blocks by their size in steps. The first word of each is the address of the next.
    freed: [Cell<Option<NonNull<u8>>>; LARGEST / STEP + 1],
    /// The part of the last chunk that was not handed out yet.
    rest: Cell<*mut u8>,
    rest_len: Cell<usize>,
}

thread_local! {
    // Neither made nor dropped at run time, so that it may be used at any time of a thread.
    static BLOCKS: Blocks = const {
        Blocks {
            freed: [const { Cell::new(None) }; LARGEST / STEP + 1],
            rest: Cell::new(ptr::null_mut()),
            rest_len: Cell::new(0),
        }
    };
}

/// The size in steps of the block that serves `layout`, if it is small.
#[inline]
fn steps(layout: Layout) -> Option<usize> {
    (layout.size() <= LARGEST && layout.align() <= STEP).then(|| layout.size().div_ceil(STEP))
}

impl Blocks {
    /// A block of `steps`, or null where the system has no memory left.
    #[inline]
    fn take(&self, steps: usize) -> *mut u8 {
        if let Some(block) = self.freed[steps].get() {
            // SAFETY: `keep` wrote the next block's address there, and nobody has used the block since.
            self.freed[steps].set(unsafe { block.cast().read() });
            return block.as_ptr();
        }
        let size = steps * STEP;
        if self.rest_len.get() < size && !self.refill() {
            return ptr::null_mut();
        }
        let block = self.rest.get();
        // SAFETY: the rest is at least that long.
        self.rest.set(unsafe { block.add(size) });
        self.rest_len.set(self.rest_len.get() - size);
        block
    }

    /// Keeps a block of `steps` that nobody uses any more.
    #[inline]
    fn keep(&self, block: NonNull<u8>, steps: usize) {
        // SAFETY: a block is at least as long and as aligned as a step, which has room for an address.
        unsafe { block.cast().write(self.freed[steps].get()) };
        self.freed[steps].set(Some(block));
    }

    /// Gets a new chunk; false where there is none.
    #[cold]
    fn refill(&self) -> bool {
        if let Some(rest) = NonNull::new(self.rest.get()).filter(|_| self.rest_len.get() > 0) {
            self.keep(rest, self.rest_len.get() / STEP);
        }
        // SAFETY: a chunk is not empty.
        let chunk = given(unsafe { System.alloc(CHUNK) }, CHUNK.size());
        self.rest.set(chunk);
        self.rest_len.set(if chunk.is_null() { 0 } else { CHUNK.size() });
        !chunk.is_null()
    }
}

/// What the system gave, which is counted. Where it has no memory left, the program ends as with any error: Rust would say
/// so with a backtrace, and end it by a signal.
#[inline]
fn given(block: *mut u8, size: usize) -> *mut u8 {
    if block.is_null() {
        exhausted();
    }
    IN_USE.fetch_add(size, Relaxed);
    block
}

/// What is given back to the system.
#[inline]
fn give_back(size: usize) {
    IN_USE.fetch_sub(size, Relaxed);
}

#[cold]
fn exhausted() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let text = "Error: cannot allocate memory\nhint: raise the limit of memory, as `ulimit -v` shows it\n";
        // SAFETY: the text is as long as it says. Neither call asks for memory, and the second does not come back.
        unsafe {
            libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len());
            libc::_exit(1);
        }
    }
}

// SAFETY: a block handed out is as large and as aligned as asked for, belongs to nobody else, and is only reused after it
// was freed; which of the two allocators it is of follows from its layout alone.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match steps(layout) {
            Some(steps) => BLOCKS.with(|blocks| blocks.take(steps)),
            // SAFETY: as promised to this function.
            None => given(unsafe { System.alloc(layout) }, layout.size()),
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match (steps(layout), NonNull::new(block)) {
            (Some(steps), Some(block)) => BLOCKS.with(|blocks| blocks.keep(block, steps)),
            _ => {
                give_back(layout.size());
                // SAFETY: as promised to this function.
                unsafe { System.dealloc(block, layout) };
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the size is not 0 and, rounded up to the alignment, no overflow: as promised to this function.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        match (steps(layout), steps(new_layout)) {
            (None, None) => {
                give_back(layout.size());
                // SAFETY: as promised to this function.
                given(unsafe { System.realloc(block, layout, new_size) }, new_size)
            }
            (old, new) if old == new => block,
            // SAFETY: the blocks differ, and the smaller of both sizes lies inside both.
            _ => unsafe {
                let new_block = self.alloc(new_layout);
                if !new_block.is_null() {
                    ptr::copy_nonoverlapping(block, new_block, layout.size().min(new_size));
                    self.dealloc(block, layout);
                }
                new_block
            },
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match steps(layout) {
            // SAFETY: as promised to this function; the block is as long as the layout says.
            Some(_) => unsafe {
                let block = self.alloc(layout);
                if !block.is_null() {
                    ptr::write_bytes(block, 0, layout.size());
                }
                block
            },
            // SAFETY: as promised to this function.
            None => given(unsafe { System.alloc_zeroed(layout) }, layout.size()),
        }
    }
}

/// Lets the heap grow in huge pages, and keeps what it has: one of them costs as much as 33 small ones, and a program
/// that soon ends has no use for giving memory back. The first 192 KiB, which are all that the chart of `helm create` needs,
/// are of small pages.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn prepare() {
    const RESERVED: usize = 64 << 20;
    const HUGE_PAGE: usize = 2 << 20;
    const SMALL_PAGES: usize = 192 << 10;
    // SAFETY: the options may be set at any time. What the advice concerns belongs to the block at hand or, once that
    // is free, to the rest of the heap, and it changes only how pages come to be. The second block lies where the
    // first one did and is never touched: it moves the start of the heap to the right distance from a huge page.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        let block = libc::malloc(RESERVED);
        if !block.is_null() {
            let first = (block as usize + SMALL_PAGES).next_multiple_of(HUGE_PAGE);
            let end = (block as usize + RESERVED) / HUGE_PAGE * HUGE_PAGE;
            libc::madvise(first as *mut libc::c_void, end - first, libc::MADV_HUGEPAGE);
            libc::free(block);
            // A compiler that knows what `malloc` is leaves out a block that nobody looks at.
            std::hint::black_box(libc::malloc(first - SMALL_PAGES - block as usize));
        }
    }
}
