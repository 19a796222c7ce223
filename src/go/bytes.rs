//! Where bytes are in a text, as Go's `bytes`.
//!
//! Nearly all of these searches end within a line, and the program ends within milliseconds: what is here is inlined, and
//! takes the instructions that every machine has. To ask for wider ones takes 35 microseconds on a virtual machine, which
//! is a thirtieth of the time of a small chart.

use super::sixteen::Sixteen;
use memchr::memmem;

/// In a longer text it is worth the time to ask what the machine can do.
const LONG: usize = 256 << 10;

/// As `bytes.IndexByte`.
#[inline]
pub fn index_byte(text: &[u8], byte: u8) -> Option<usize> {
    index_any(text, [byte])
}

/// As `bytes.IndexAny`, of single bytes.
#[inline]
pub fn index_any<const N: usize>(text: &[u8], bytes: [u8; N]) -> Option<usize> {
    let found = |sixteen: Sixteen| bytes.iter().fold(0, |found, byte| found | sixteen.equal(*byte));
    let mut at = 0;
    // Most are near, and where they are not it is as well to look at many at once.
    while let Some(sixteen) = text.get(at..).and_then(Sixteen::of) {
        let bits = found(sixteen);
        if bits != 0 {
            return Some(at + bits.trailing_zeros() as usize);
        }
        at += 16;
        while let Some(four) = text.get(at..).and_then(Sixteen::four) {
            let bits = joined(four.map(found));
            if bits != 0 {
                return Some(at + bits.trailing_zeros() as usize);
            }
            at += 64;
        }
    }
    // The last sixteen, some of which were looked at before.
    if let Some(start) = text.len().checked_sub(16) {
        let bits = found(Sixteen::of(&text[start..])?);
        return (bits != 0).then(|| start + bits.trailing_zeros() as usize);
    }
    text.iter().position(|byte| bytes.contains(byte))
}

/// The bits of four times sixteen.
#[inline(always)]
fn joined(four: [u32; 4]) -> u64 {
    let [a, b, c, d] = four.map(u64::from);
    // Machines tell faster whether there is any than where.
    if a | b | c | d == 0 { 0 } else { a | b << 16 | c << 32 | d << 48 }
}

/// The places of a byte, one after the other.
#[inline]
pub fn indices(text: &[u8], byte: u8) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + index_byte(&text[from..], byte)?;
        from = at + 1;
        Some(at)
    })
}

/// As `bytes.Count` of one byte.
#[inline]
pub fn count(text: &[u8], byte: u8) -> usize {
    text.iter().filter(|found| **found == byte).count()
}

/// As `bytes.Index`.
#[inline]
pub fn index(text: &[u8], part: &[u8]) -> Option<usize> {
    let (first, last) = match part {
        [] => return Some(0),
        [byte] => return index_byte(text, *byte),
        [first, .., last] => (*first, *last),
    };
    let lasts = text.get(part.len() - 1..)?;
    let mut at = 0;
    if let (Some(near), Some(near_lasts)) = (Sixteen::of(text), Sixteen::of(lasts)) {
        let bits = near.equal(first) & near_lasts.equal(last);
        if bits == 0 {
            at = 16;
        } else if part.len() == 2 {
            return Some(bits.trailing_zeros() as usize);
        }
    }
    index_from(text, lasts, part, at)
}

/// The same, from a place on. `lasts` is the text from where the last byte of the part may be.
#[inline(never)]
fn index_from(text: &[u8], lasts: &[u8], part: &[u8], mut at: usize) -> Option<usize> {
    if text.len() > LONG {
        return index_far(text.get(at..)?, part).map(|found| at + found);
    }
    let (first, last) = (*part.first()?, *part.last()?);
    // Where both are, the part may be.
    let both = |firsts: Sixteen, lasts: Sixteen| firsts.equal(first) & lasts.equal(last);
    let mut compared = 0;
    while let Some((firsts, lasts)) = text.get(at..).zip(lasts.get(at..)) {
        let (mut bits, width) = if let Some((firsts, lasts)) = Sixteen::four(firsts).zip(Sixteen::four(lasts)) {
            (joined([0, 1, 2, 3].map(|each| both(firsts[each], lasts[each]))), 64)
        } else if let Some((firsts, lasts)) = Sixteen::of(firsts).zip(Sixteen::of(lasts)) {
            (u64::from(both(firsts, lasts)), 16)
        } else {
            break;
        };
        while bits != 0 {
            let start = at + bits.trailing_zeros() as usize;
            if part.len() == 2 || text[start..].starts_with(part) {
                return Some(start);
            }
            compared += part.len();
            bits &= bits - 1;
        }
        at += width;
        if compared > 8 * at + 4096 {
            return index_far(text.get(at..)?, part).map(|found| at + found);
        }
    }
    (at..lasts.len()).find(|start| text[*start..].starts_with(part))
}

/// Where much is to be looked through, or much looks alike, the library knows faster ways.
#[cold]
fn index_far(text: &[u8], part: &[u8]) -> Option<usize> {
    memmem::find(text, part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::random::Random;

    /// What is found is what a plain search finds, whatever stands where.
    #[test]
    fn each_search_finds_the_first_place() {
        let mut random = Random(11);
        for _ in 0..20_000 {
            let letters = 1 + random.below(3);
            let mut bytes =
                |most| (0..random.below(most)).map(|_| b'a' + random.below(letters) as u8).collect::<Vec<_>>();
            let (text, part) = (bytes(90), bytes(20));
            let start = (0..=text.len()).find(|start| text[*start..].starts_with(&part));
            assert_eq!(index(&text, &part), start, "{text:?} {part:?}");
            assert_eq!(index_byte(&text, b'b'), text.iter().position(|byte| *byte == b'b'), "{text:?}");
            assert_eq!(index_any(&text, *b"bc"), text.iter().position(|byte| b"bc".contains(byte)), "{text:?}");
            assert!(indices(&text, b'a').eq((0..text.len()).filter(|at| text[*at] == b'a')), "{text:?}");
            assert_eq!(count(&text, b'a'), indices(&text, b'a').count(), "{text:?}");
        }
    }

    /// A text that looks like the part everywhere does not take its length times that of the part.
    #[test]
    fn much_that_looks_alike_is_searched_to_the_end() {
        let mut text = vec![b'a'; 1 << 20];
        let part = [vec![b'a'; 1 << 15], b"ba".to_vec(), vec![b'a'; 1 << 15]].concat();
        assert_eq!(index(&text, &part), None);
        text.extend_from_slice(&part);
        assert_eq!(index(&text, &part), Some(1 << 20));
    }
}
