//! Sixteen bytes of a text at once: a bit for each of them, the lowest for the first. As Go's internal/bytealg, this is
//! where the machine's instructions for many bytes are.

#[cfg(not(target_arch = "x86_64"))]
use halves as machine;
#[cfg(target_arch = "x86_64")]
use sse2 as machine;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct Sixteen([u8; 16]);

impl Sixteen {
    /// The first bytes of a text, if it has as many.
    #[inline(always)]
    pub fn of(text: &[u8]) -> Option<Sixteen> {
        text.first_chunk().copied().map(Sixteen)
    }

    /// Four times sixteen, as [`Sixteen::of`].
    #[inline(always)]
    pub fn four(text: &[u8]) -> Option<[Sixteen; 4]> {
        let (four, _) = text.first_chunk::<64>()?.as_chunks();
        Some([Sixteen(four[0]), Sixteen(four[1]), Sixteen(four[2]), Sixteen(four[3])])
    }

    /// Letters, digits and underscores.
    #[inline(always)]
    pub fn words(self) -> u32 {
        machine::words(self.0)
    }

    /// How many of these there are in a row, from the first on.
    #[inline(always)]
    pub fn word(self) -> usize {
        self.words().trailing_ones() as usize
    }

    /// Decimal digits.
    #[inline(always)]
    pub fn digits(self) -> u32 {
        machine::digits(self.0)
    }

    /// Those that are this one.
    #[inline(always)]
    pub fn equal(self, byte: u8) -> u32 {
        machine::equal(self.0, byte)
    }
}

/// With the instructions that every x86-64 has.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    #![expect(unsafe_code, reason = "the compiler asks in each place whether there is SSE2")]

    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        _mm_sub_epi8,
    };

    #[inline(always)]
    pub fn words(bytes: [u8; 16]) -> u32 {
        // SAFETY: there is SSE2.
        unsafe { words_of(load(bytes)) }
    }

    #[inline(always)]
    pub fn digits(bytes: [u8; 16]) -> u32 {
        // SAFETY: there is SSE2.
        unsafe { bits(within(load(bytes), b'0', b'9')) }
    }

    #[inline(always)]
    pub fn equal(bytes: [u8; 16], byte: u8) -> u32 {
        // SAFETY: there is SSE2.
        unsafe { bits(is(load(bytes), byte)) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn words_of(bytes: __m128i) -> u32 {
        let lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        let alphanumeric = _mm_or_si128(within(lower, b'a', b'z'), within(bytes, b'0', b'9'));
        bits(_mm_or_si128(alphanumeric, is(bytes, b'_')))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn load(bytes: [u8; 16]) -> __m128i {
        let both = u128::from_le_bytes(bytes);
        _mm_set_epi64x((both >> 64) as i64, both as i64)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn within(bytes: __m128i, from: u8, to: u8) -> __m128i {
        let above = _mm_sub_epi8(bytes, _mm_set1_epi8(from as i8));
        _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8((to - from) as i8)), above)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn is(bytes: __m128i, byte: u8) -> __m128i {
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn bits(mask: __m128i) -> u32 {
        _mm_movemask_epi8(mask) as u32
    }
}

/// With numbers, eight bytes at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod halves {
    #[inline(always)]
    pub fn words(bytes: [u8; 16]) -> u32 {
        bits(bytes, |half| within(half | each(0x20), b'a', b'z') | within(half, b'0', b'9') | within(half, b'_', b'_'))
    }

    #[inline(always)]
    pub fn digits(bytes: [u8; 16]) -> u32 {
        bits(bytes, |half| within(half, b'0', b'9'))
    }

    #[inline(always)]
    pub fn equal(bytes: [u8; 16], byte: u8) -> u32 {
        bits(bytes, |half| within(half, byte, byte))
    }

    /// `highest` tells of bytes below 0x80 by their highest bits.
    #[inline(always)]
    fn bits(bytes: [u8; 16], highest: impl Fn(u64) -> u64) -> u32 {
        let both = u128::from_le_bytes(bytes);
        let [first, second] = [both as u64, (both >> 64) as u64].map(|half| {
            let found = highest(half & !each(0x80)) & !half & each(0x80);
            // Moves the bit of each byte to where its place among them is.
            ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
        });
        first | second << 8
    }

    /// Eight times the same byte.
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }

    /// None of the bytes carries into the next one, as all are below 0x80.
    #[inline(always)]
    fn within(bytes: u64, from: u8, to: u8) -> u64 {
        (bytes + each(0x80 - from)) & !(bytes + each(0x80 - to - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::{Sixteen, halves};

    #[test]
    fn each_byte_is_what_it_is() {
        for byte in 0..=255_u8 {
            for other in [b'a', b'0', 0, 0xff] {
                let mut bytes = [other; 16];
                bytes[usize::from(byte) % 16] = byte;
                let bits = |is: fn(u8) -> bool| (0..16).map(|at| u32::from(is(bytes[at])) << at).sum::<u32>();
                let wanted = [
                    bits(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
                    bits(|byte| byte.is_ascii_digit()),
                    bits(|byte| byte == b'"'),
                ];
                let here = Sixteen(bytes);
                assert_eq!([here.words(), here.digits(), here.equal(b'"')], wanted, "{bytes:?}");
                let in_halves = [halves::words(bytes), halves::digits(bytes), halves::equal(bytes, b'"')];
                assert_eq!(in_halves, wanted, "{bytes:?}");
            }
        }
    }
}
