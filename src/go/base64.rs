//! Base64 with the standard alphabet and padding, as encoding/base64's StdEncoding.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// As `StdEncoding.EncodeToString`.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit <= group.len() { char::from(ALPHABET[value as usize]) } else { '=' });
        }
    }
    text
}

/// As `StdEncoding.DecodeString`, with the text of its error: line ends do not count, padding must be there.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| format!("illegal base64 data at input byte {at}");
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut at = 0;
    let skip_line_ends = |at: &mut usize| {
        while matches!(text.get(*at), Some(b'\n' | b'\r')) {
            *at += 1;
        }
    };
    loop {
        let (mut bits, mut digits) = (0u32, 0);
        while digits < 4 {
            let Some(&byte) = text.get(at) else {
                return if digits == 0 { Ok(bytes) } else { Err(corrupt(at - digits)) };
            };
            at += 1;
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'\n' | b'\r' => continue,
                b'=' if digits >= 2 => break,
                _ => return Err(corrupt(at - 1)),
            };
            bits = bits << 6 | u32::from(value);
            digits += 1;
        }
        if digits == 4 {
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            continue;
        }
        // The first `=` is behind us.
        skip_line_ends(&mut at);
        if digits == 2 {
            match text.get(at) {
                None => return Err(corrupt(text.len())),
                Some(b'=') => at += 1,
                Some(_) => return Err(corrupt(at - 1)),
            }
            skip_line_ends(&mut at);
        }
        if at < text.len() {
            return Err(corrupt(at));
        }
        let bits = bits << (6 * (4 - digits));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..digits]);
        return Ok(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Ok(bytes.as_bytes()));
        }
        assert_eq!(decode(b"Zm\n9v\r\n").as_deref(), Ok(&b"foo"[..]));
    }

    /// Positions as Go 1.26 gives them.
    #[test]
    fn errors() {
        for (text, at) in [("bad", 0), ("Zg=", 3), ("Zg=x", 2), ("Z===", 1), ("Zg==x", 4), ("Zm9v!", 4), ("=", 0), ("Zm8=Zg", 4)] {
            assert_eq!(decode(text.as_bytes()), Err(format!("illegal base64 data at input byte {at}")), "{text}");
        }
    }
}
