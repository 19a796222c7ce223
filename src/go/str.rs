//! A Go string: any bytes, cheap to clone, and able to carry marks.
//!
//! Short strings live inside the value; longer ones share one allocation, also with their slices.
//! A mark says where bytes came from (see ARCHITECTURE.md, "Three hooks"); a string without marks,
//! which is every string unless an observer asks for them, pays nothing for the possibility.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};
use std::sync::Arc;

/// As many bytes as fit beside the length and the tag without making `Value` larger.
const INLINE: usize = 22;

/// A Go string. Dereferences to its bytes; `Display` replaces what is not UTF-8.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap { heap: Arc<Heap>, start: u32, len: u32 },
}

struct Heap {
    bytes: Vec<u8>,
    marks: Option<Marks>,
}

/// The marks on some bytes.
struct Marks {
    spans: Box<[Span]>,
    /// Whether no two spans overlap, so that those of a slice can be found by halving.
    disjoint: bool,
}

/// What an observer attached to some bytes: an index into a table of the observer's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub u32);

/// A mark and the bytes it covers. Spans are sorted by start and may overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The bytes, counted from the start of the string.
    pub range: Range<u32>,
    /// What they are marked with.
    pub mark: Mark,
}

impl Str {
    /// The empty string.
    pub const EMPTY: Str = Str(Repr::Inline { len: 0, bytes: [0; INLINE] });

    /// The bytes of the string.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Heap { heap, start, len } => &heap.bytes[*start as usize..*start as usize + *len as usize],
        }
    }

    /// How many bytes there are.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Inline { len, .. } => usize::from(*len),
            Repr::Heap { len, .. } => *len as usize,
        }
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slow part of `==`, for the rest to be inlined.
    fn has_bytes_of(&self, other: &Str) -> bool {
        self.as_bytes() == other.as_bytes()
    }

    /// The first eight bytes as a number that sorts as they do; zeros stand for those that are missing.
    #[inline]
    pub(super) fn prefix(&self) -> u64 {
        match &self.0 {
            // What follows a short string is zeros.
            Repr::Inline { bytes, .. } => u64::from_be_bytes(*bytes.first_chunk().unwrap_or(&[0; 8])),
            Repr::Heap { .. } => prefix(self.as_bytes()),
        }
    }

    /// The string as UTF-8, with U+FFFD in place of invalid bytes.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        // Most strings are UTF-8, of which this only makes sure.
        match std::str::from_utf8(self) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(self),
        }
    }

    /// The bytes of `range`, shared and not copied where they are many. The range must lie inside the string.
    pub fn slice(&self, range: Range<usize>) -> Str {
        match &self.0 {
            Repr::Heap { heap, start, .. } if range.len() > INLINE || heap.marks.is_some() => {
                assert!(range.start <= range.end && range.end <= self.len(), "slice {range:?} of {} bytes", self.len());
                Str(Repr::Heap { heap: Arc::clone(heap), start: start + range.start as u32, len: range.len() as u32 })
            }
            _ => Str::from(&self.as_bytes()[range]),
        }
    }

    /// A piece of a text that is at most sixteen bytes long, if as many follow its start: all are copied at once, and what
    /// is too much is masked out.
    #[inline]
    pub(crate) fn short(text: &[u8], range: Range<usize>) -> Option<Str> {
        const MOST: usize = size_of::<u128>();
        let first: &[u8; MOST] = text.get(range.start..)?.first_chunk()?;
        let len = range.len();
        if len == 0 || len > MOST {
            return None;
        }
        let kept = u128::from_le_bytes(*first) & u128::MAX >> (8 * (MOST - len));
        let mut bytes = [0; INLINE];
        bytes[..MOST].copy_from_slice(&kept.to_le_bytes());
        Some(Str(Repr::Inline { len: len as u8, bytes }))
    }

    /// This string with the same marks on other bytes: `start..end` is a part of this string,
    /// as `strings.TrimSpace` and its like return it.
    pub fn slice_of(&self, part: &[u8]) -> Str {
        let start = (part.as_ptr() as usize).wrapping_sub(self.as_bytes().as_ptr() as usize);
        if start <= self.len() && start + part.len() <= self.len() {
            self.slice(start..start + part.len())
        } else {
            Str::from(part)
        }
    }

    /// All strings one after the other, with their marks.
    pub fn concat<'a>(parts: impl IntoIterator<Item = &'a Str>) -> Str {
        let mut builder = StrBuilder::default();
        for part in parts {
            builder.push(part);
        }
        builder.finish()
    }

    /// Bytes computed from `inputs` as a whole (a case change, a digest, an encoding):
    /// every byte carries every mark of every input.
    pub fn derived<'a>(bytes: impl Into<Str>, inputs: impl IntoIterator<Item = &'a Str>) -> Str {
        let bytes = bytes.into();
        let mut marks: Vec<Mark> = inputs.into_iter().flat_map(|input| input.marks().map(|span| span.mark)).collect();
        if marks.is_empty() || bytes.is_empty() {
            return bytes;
        }
        marks.sort_unstable();
        marks.dedup();
        let range = 0..bytes.len() as u32;
        let spans = marks.into_iter().map(|mark| Span { range: range.clone(), mark }).collect();
        Str::with_spans(bytes.as_bytes().to_vec(), spans)
    }

    /// The string with one more mark on all of its bytes.
    #[must_use]
    pub fn marked(&self, mark: Mark) -> Str {
        if self.is_empty() {
            return self.clone();
        }
        let mut spans: Vec<Span> = self.marks().collect();
        let whole = Span { range: 0..self.len() as u32, mark };
        if !spans.contains(&whole) {
            spans.insert(0, whole);
        }
        Str::with_spans(self.as_bytes().to_vec(), spans)
    }

    /// The marks on this string, their ranges counted from its start.
    pub fn marks(&self) -> impl Iterator<Item = Span> + '_ {
        let (marks, start, end): (Option<&Marks>, u32, u32) = match &self.0 {
            Repr::Heap { heap, start, len } => (heap.marks.as_ref(), *start, start + len),
            Repr::Inline { .. } => (None, 0, 0),
        };
        let spans = match marks {
            None => &[][..],
            Some(Marks { spans, disjoint: false }) => spans,
            Some(Marks { spans, disjoint: true }) => {
                let first = spans.partition_point(|span| span.range.end <= start);
                let last = spans.partition_point(|span| span.range.start < end);
                &spans[first.min(last)..last]
            }
        };
        spans.iter().filter(move |span| span.range.start < end && span.range.end > start).map(move |span| Span {
            range: span.range.start.max(start) - start..span.range.end.min(end) - start,
            mark: span.mark,
        })
    }

    /// A string with these marks, whose ranges lie inside it.
    pub fn with_marks(bytes: &[u8], mut spans: Vec<Span>) -> Str {
        spans.retain(|span| !span.range.is_empty());
        if spans.is_empty() {
            return Str::from(bytes);
        }
        spans.sort_by_key(|span| span.range.start);
        Str::with_spans(bytes.to_vec(), spans)
    }

    fn with_spans(bytes: Vec<u8>, spans: Vec<Span>) -> Str {
        let len = length(&bytes);
        let disjoint = spans.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start);
        let marks = Some(Marks { spans: spans.into_boxed_slice(), disjoint });
        Str(Repr::Heap { heap: Arc::new(Heap { bytes, marks }), start: 0, len })
    }
}

/// The first eight bytes of a key, as [`Str::prefix`].
#[inline]
pub(super) fn prefix(bytes: &[u8]) -> u64 {
    if let Some(first) = bytes.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let mut first = [0; 8];
    first[..bytes.len()].copy_from_slice(bytes);
    u64::from_be_bytes(first)
}

/// Strings are limited far below 4 GiB before they are built (see `template::limits`).
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("a string is shorter than 4 GiB: every producer of bytes is bounded")
}

/// Puts a string together from bytes and other strings, whose marks it keeps.
#[derive(Default)]
pub struct StrBuilder {
    bytes: Vec<u8>,
    marks: Vec<Span>,
}

impl StrBuilder {
    /// A builder with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        StrBuilder { bytes: Vec::with_capacity(capacity), marks: Vec::new() }
    }

    /// A builder that goes on after bytes that carry no mark, in their room.
    pub fn on(bytes: Vec<u8>) -> Self {
        StrBuilder { bytes, marks: Vec::new() }
    }

    /// Appends bytes that carry no mark.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a string and its marks.
    pub fn push(&mut self, string: &Str) {
        let offset = self.bytes.len() as u32;
        self.marks.extend(
            string
                .marks()
                .map(|span| Span { range: span.range.start + offset..span.range.end + offset, mark: span.mark }),
        );
        self.bytes.extend_from_slice(string.as_bytes());
    }

    /// Puts every mark of `input` on the bytes from `start` on: they were computed from it as a whole.
    pub fn derive_since(&mut self, start: usize, input: &Str) {
        let range = start as u32..self.bytes.len() as u32;
        if !range.is_empty() {
            let first = self.marks.len();
            for Span { mark, .. } in input.marks() {
                let span = Span { range: range.clone(), mark };
                if !self.marks[first..].contains(&span) {
                    self.marks.push(span);
                }
            }
        }
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Lets `write` append bytes that carry no mark. It must not touch those that are there.
    pub fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, without their marks.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether any byte carries a mark.
    pub fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// The string so far, as a copy, so that the room of the builder can be used again.
    pub fn to_str(&self) -> Str {
        if self.marks.is_empty() {
            Str::from(self.bytes.as_slice())
        } else {
            Str::with_spans(self.bytes.clone(), self.marks.clone())
        }
    }

    /// Empties the builder and keeps its room.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.marks.clear();
    }

    /// The string.
    pub fn finish(self) -> Str {
        if self.marks.is_empty() { Str::from(self.bytes) } else { Str::with_spans(self.bytes, self.marks) }
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Str {
        if bytes.len() <= INLINE {
            let mut inline = [0; INLINE];
            inline[..bytes.len()].copy_from_slice(bytes);
            Str(Repr::Inline { len: bytes.len() as u8, bytes: inline })
        } else {
            Str::from(bytes.to_vec())
        }
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Str {
        if bytes.len() <= INLINE {
            return Str::from(bytes.as_slice());
        }
        let len = length(&bytes);
        Str(Repr::Heap { heap: Arc::new(Heap { bytes, marks: None }), start: 0, len })
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Str {
        Str::from(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Str {
        Str::from(text.into_bytes())
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Str {
        Str::from(text.as_bytes())
    }
}

impl<const N: usize> From<&[u8; N]> for Str {
    fn from(bytes: &[u8; N]) -> Str {
        Str::from(bytes.as_slice())
    }
}

impl Default for Str {
    fn default() -> Str {
        Str::EMPTY
    }
}

impl Deref for Str {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Str {
    #[inline(always)]
    fn eq(&self, other: &Str) -> bool {
        match (&self.0, &other.0) {
            // What follows a short string is zeros.
            (Repr::Inline { len, bytes }, Repr::Inline { len: length, bytes: others }) => {
                len == length && bytes == others
            }
            _ => self.len() == other.len() && self.has_bytes_of(other),
        }
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Str) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Str) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str_lossy())
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_str_lossy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "a string that does not fit into the value itself";

    #[test]
    fn a_string_is_three_words() {
        assert_eq!(size_of::<Str>(), 24);
    }

    #[test]
    fn slices_share_and_compare_by_bytes() {
        let long = Str::from(LONG);
        assert_eq!(long.slice(2..40), Str::from(&LONG[2..40]));
        assert_eq!(long.slice(2..8), "string");
        assert_eq!(long.slice_of(long.trim_ascii()), long);
        assert_eq!(Str::from(b"\xff\x00").as_bytes(), b"\xff\x00");
    }

    #[test]
    fn marks_follow_concatenation_slicing_and_derivation() {
        let (one, two) = (Mark(1), Mark(2));
        let joined = Str::concat([&Str::from("ab"), &Str::from("cd").marked(one), &Str::from("ef").marked(two)]);
        let spans = |s: &Str| s.marks().map(|span| (span.range.start, span.range.end, span.mark.0)).collect::<Vec<_>>();
        assert_eq!(spans(&joined), [(2, 4, 1), (4, 6, 2)]);
        assert_eq!(spans(&joined.slice(3..5)), [(0, 1, 1), (1, 2, 2)]);
        assert_eq!(spans(&joined.slice(0..2)), []);
        assert_eq!(spans(&joined.slice(2..2)), []);
        assert_eq!(spans(&Str::derived("ABCDEF", [&joined])), [(0, 6, 1), (0, 6, 2)]);
    }
}
