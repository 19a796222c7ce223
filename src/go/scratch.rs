//! Room for texts of which nobody knows how long they get, so that it need not grow for each of them.

use super::str::{Str, StrBuilder};
use std::cell::Cell;

/// A text that is longer takes its room with it.
const KEPT: usize = 1 << 20;

thread_local! {
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An empty buffer, which has room already. Who wants another one before this is kept gets one without room.
pub fn room() -> Vec<u8> {
    ROOM.take()
}

/// The buffer's bytes as a string; its room is kept for the next text.
pub fn finish(mut buffer: Vec<u8>) -> Str {
    if buffer.len() > KEPT {
        return Str::from(buffer);
    }
    let text = Str::from(buffer.as_slice());
    buffer.clear();
    ROOM.set(buffer);
    text
}

/// The same for bytes of which some may carry marks.
pub fn finish_builder(builder: StrBuilder) -> Str {
    if builder.has_marks() { builder.finish() } else { finish(builder.into_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_again() {
        let mut outer = room();
        outer.extend_from_slice(&[b'x'; 100]);
        let (inner, address) = (room(), outer.as_ptr());
        assert!(inner.is_empty());
        assert_eq!(finish(outer), "x".repeat(100).as_str());
        let again = room();
        assert_eq!((again.as_ptr(), again.len()), (address, 0));
    }
}
