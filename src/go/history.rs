//! What becomes of maps and slices while templates run: when they were made, whether they changed, and whether somebody
//! looked at those that are watched.
//!
//! So it can be told whether a template that ran depends on anything but its data, and until when its data is as it was.
//! Values live on one thread, and so does this.

use std::cell::Cell;

/// When everything was made that was there before the templates ran.
pub const BEGINNING: u64 = 0;

struct History {
    /// How many things were made.
    clock: Cell<u64>,
    /// When the oldest was made of what changed in the innermost span.
    changed: Cell<u64>,
    /// The same, since [`changes`] was asked.
    pending: Cell<u64>,
    /// How often somebody looked at a watched map.
    looks: Cell<u64>,
}

/// Later than everything.
const NEVER: u64 = u64::MAX;

thread_local! {
    static HISTORY: History = const {
        History {
            clock: Cell::new(BEGINNING + 1),
            changed: Cell::new(NEVER),
            pending: Cell::new(NEVER),
            looks: Cell::new(0),
        }
    };
}

/// The time at which something is made that can change.
pub fn tick() -> u64 {
    HISTORY.with(|history| history.clock.replace(history.clock.get() + 1))
}

/// Something changes that was made at that time.
pub fn change(born: u64) {
    HISTORY.with(|history| {
        history.changed.set(history.changed.get().min(born));
        history.pending.set(history.pending.get().min(born));
    });
}

/// Somebody looks at a watched map.
pub fn look() {
    HISTORY.with(|history| history.looks.set(history.looks.get() + 1));
}

/// When the oldest was made of what changed since this was asked the last time; [`u64::MAX`] where nothing did.
pub fn changes() -> u64 {
    HISTORY.with(|history| history.pending.replace(NEVER))
}

/// A stretch of time of which it can be told what changed in it.
pub struct Span {
    /// When it began.
    pub start: u64,
    /// How many looks there had been.
    looks: u64,
    /// What had changed in the span around this one.
    around: u64,
}

impl Span {
    /// Begins now. Spans end in the opposite order.
    pub fn begin() -> Span {
        HISTORY.with(|history| Span {
            start: history.clock.get(),
            looks: history.looks.get(),
            around: history.changed.replace(NEVER),
        })
    }

    /// Ends; whether nothing changed that was there before, and whether somebody looked at a watched map.
    pub fn end(&self) -> (bool, bool) {
        HISTORY.with(|history| {
            let changed = history.changed.get();
            history.changed.set(changed.min(self.around));
            (changed >= self.start, history.looks.get() != self.looks)
        })
    }
}
