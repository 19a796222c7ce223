//! Random strings and numbers, from the randomness of the host: goutils, xstrings and google/uuid as sprig calls them.

use crate::function;
use crate::go::{Str, base64, utf8};
use crate::host::Host;
use crate::template::function::{Caller, Function};
use crate::template::limits;

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "randAlpha", rand_alpha, "count",
        "random letters",
        "randAlpha 5 | len" => "5",
    },
    function! {
        "randAlphaNum", rand_alpha_num, "count",
        "random letters and digits",
        "randAlphaNum 5 | len" => "5",
    },
    function! {
        "randAscii", rand_ascii, "count",
        "random printable ASCII characters",
        "randAscii 5 | len" => "5",
    },
    function! {
        "randBytes", rand_bytes, "count",
        "random bytes in base 64",
        "randBytes 6 | len" => "8",
    },
    function! {
        "randInt", rand_int, "min max",
        "a random whole number from one up to, not including, another",
        "randInt 5 6" => "5",
    },
    function! {
        "randNumeric", rand_numeric, "count",
        "random digits",
        "randNumeric 5 | len" => "5",
    },
    function! {
        "shuffle", shuffle, "text",
        "the characters of a text in random order",
        r#"shuffle "aa""# => "aa",
    },
    function! {
        "uuidv4", uuidv4, "",
        "a random UUID",
        "uuidv4 | len" => "36",
    },
];

const UPPER_AND_LOWER: std::ops::Range<usize> = 10..62;
const NUMERIC: std::ops::Range<usize> = 0..10;
static ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `{{ randAlphaNum 3 }}` may be `x9K`.
fn rand_alpha_num(caller: &mut dyn Caller, count: i64) -> Result<Str, String> {
    random_string(caller, count, ALPHANUMERIC)
}

/// `{{ randAlpha 3 }}` may be `xyK`.
fn rand_alpha(caller: &mut dyn Caller, count: i64) -> Result<Str, String> {
    random_string(caller, count, &ALPHANUMERIC[UPPER_AND_LOWER])
}

/// `{{ randNumeric 3 }}` may be `042`.
fn rand_numeric(caller: &mut dyn Caller, count: i64) -> Result<Str, String> {
    random_string(caller, count, &ALPHANUMERIC[NUMERIC])
}

/// `{{ randAscii 3 }}` may be `~ K`: all that is printable.
fn rand_ascii(caller: &mut dyn Caller, count: i64) -> Result<Str, String> {
    let printable: Vec<u8> = (b' '..=b'~').collect();
    random_string(caller, count, &printable)
}

/// A string of `count` characters, or none where that is negative: sprig ignores goutils' error.
fn random_string(caller: &dyn Caller, count: i64, alphabet: &[u8]) -> Result<Str, String> {
    let count = usize::try_from(count).unwrap_or(0);
    if count > limits::OUTPUT {
        return Err(too_large(count));
    }
    let mut random = Random::new(caller.host());
    Ok((0..count).map(|_| alphabet[random.below(alphabet.len() as u64) as usize]).collect::<Vec<u8>>().into())
}

fn too_large(count: usize) -> String {
    format!("{count} bytes are more than a template may write")
}

/// `{{ randBytes 3 }}` may be `3q2+`: random bytes in base64.
fn rand_bytes(caller: &mut dyn Caller, count: i64) -> Result<Str, String> {
    let count = usize::try_from(count).map_err(|_| "runtime error: makeslice: len out of range")?;
    if count > limits::OUTPUT {
        return Err(too_large(count));
    }
    let mut bytes = vec![0; count];
    caller.host().random(&mut bytes);
    Ok(Str::from(base64::encode(&bytes)))
}

/// `{{ randInt 5 6 }}` is `5`: from the first number up to, not including, the second.
fn rand_int(caller: &mut dyn Caller, min: i64, max: i64) -> Result<i64, String> {
    match u64::try_from(max.wrapping_sub(min)) {
        Ok(count) if count > 0 => Ok((Random::new(caller.host()).below(count) as i64).wrapping_add(min)),
        _ => Err("invalid argument to Intn".to_owned()),
    }
}

/// `{{ shuffle "ab" }}` is `ab` or `ba`.
fn shuffle(caller: &mut dyn Caller, text: Str) -> Str {
    let mut runes: Vec<char> = utf8::runes(&text).map(|(_, rune)| rune).collect();
    let mut random = Random::new(caller.host());
    for index in (1..runes.len()).rev() {
        runes.swap(index, random.below(index as u64 + 1) as usize);
    }
    Str::derived(runes.into_iter().collect::<String>(), [&text])
}

/// `{{ uuidv4 }}` may be `9f1c9f53-7d0c-4bb6-8d0e-0a4ab5a8c5f2`.
fn uuidv4(caller: &mut dyn Caller) -> String {
    let mut bytes = [0; 16];
    caller.host().random(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Random numbers; the host is asked for many bytes at once.
struct Random<'a> {
    host: &'a dyn Host,
    bytes: [u8; 64],
    used: usize,
}

impl<'a> Random<'a> {
    fn new(host: &'a dyn Host) -> Random<'a> {
        Random { host, bytes: [0; 64], used: 64 }
    }

    /// A number below `count`, all equally likely. `count` is at least 1.
    fn below(&mut self, count: u64) -> u64 {
        let most = count.saturating_sub(1);
        let bits = u64::BITS - most.leading_zeros();
        loop {
            let mut number: u64 = 0;
            for _ in 0..bits.div_ceil(8) {
                number = number << 8 | u64::from(self.byte());
            }
            if bits < u64::BITS {
                number &= (1 << bits) - 1;
            }
            if number <= most {
                return number;
            }
        }
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.bytes.len() {
            self.host.random(&mut self.bytes);
            self.used = 0;
        }
        self.used += 1;
        self.bytes[self.used - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    struct Counting(Cell<u8>);

    impl Host for Counting {
        fn now(&self) -> (i64, u32) {
            (0, 0)
        }
        fn random(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.get();
                self.0.set(self.0.get().wrapping_mul(5).wrapping_add(17));
            }
        }
    }

    #[test]
    fn numbers_cover_their_range() {
        let host = Counting(Cell::new(1));
        let mut random = Random::new(&host);
        for count in [1, 2, 3, 10, 62, 256, 257] {
            let numbers: Vec<u64> = (0..4000).map(|_| random.below(count)).collect();
            assert!(numbers.iter().all(|&number| number < count), "{count}");
            if count <= 10 {
                assert!((0..count).all(|number| numbers.contains(&number)), "{count}");
            }
        }
    }
}
