//! Go's encoding/base64 and encoding/base32 with their standard alphabets.

const ALPHABET_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ALPHABET_32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// As `base64.CorruptInputError` and `base32.CorruptInputError`: the offset of what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorruptInput(pub usize);

/// As `base64.StdEncoding.EncodeToString`.
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let shift = 18 - 6 * index;
            out.push(if index <= chunk.len() { ALPHABET_64[(bits >> shift) as usize & 63] } else { b'=' });
        }
    }
    out
}

fn digit_64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// As `base64.StdEncoding.DecodeString`.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, CorruptInput> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let is_newline = |at: usize| matches!(text.get(at), Some(b'\n' | b'\r'));
    let mut at = 0;
    while at < text.len() {
        // As decodeQuantum: four digits, or two or three and padding.
        let (mut bits, mut count) = (0u32, 0);
        let mut padded = false;
        while count < 4 {
            let Some(&byte) = text.get(at) else {
                if count == 0 {
                    return Ok(out);
                }
                return Err(CorruptInput(at - count));
            };
            at += 1;
            if let Some(digit) = digit_64(byte) {
                bits = bits << 6 | u32::from(digit);
                count += 1;
                continue;
            }
            if byte == b'\n' || byte == b'\r' {
                continue;
            }
            if byte != b'=' || count < 2 {
                return Err(CorruptInput(at - 1));
            }
            if count == 2 {
                while is_newline(at) {
                    at += 1;
                }
                match text.get(at) {
                    None => return Err(CorruptInput(text.len())),
                    Some(b'=') => at += 1,
                    Some(_) => return Err(CorruptInput(at - 1)),
                }
            }
            while is_newline(at) {
                at += 1;
            }
            if at < text.len() {
                return Err(CorruptInput(at));
            }
            padded = true;
            break;
        }
        bits <<= 6 * (4 - count);
        let bytes = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        out.extend_from_slice(&bytes[..count - 1]);
        if padded {
            break;
        }
    }
    Ok(out)
}

/// As `base32.StdEncoding.EncodeToString`.
pub fn encode_32(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let bits = (0..5).fold(0u64, |bits, index| bits << 8 | u64::from(chunk.get(index).copied().unwrap_or(0)));
        let digits = (chunk.len() * 8).div_ceil(5);
        for index in 0..8 {
            let digit = ALPHABET_32[(bits >> (35 - 5 * index)) as usize & 31];
            out.push(if index < digits { digit } else { b'=' });
        }
    }
    out
}

/// As `base32.StdEncoding.DecodeString`.
pub fn decode_32(text: &[u8]) -> Result<Vec<u8>, CorruptInput> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let mut at = 0;
    let mut ended = false;
    while at < text.len() && !ended {
        let (mut bits, mut count) = (0u64, 0);
        while count < 8 {
            let Some(&byte) = text.get(at) else {
                return Err(CorruptInput(at - count));
            };
            at += 1;
            let left = text.len() - at;
            if byte == b'=' && count >= 2 && left < 8 {
                if left + count < 7 {
                    return Err(CorruptInput(text.len()));
                }
                for ahead in 0..7 - count {
                    if text.get(at + ahead).is_some_and(|&byte| byte != b'=') {
                        return Err(CorruptInput(at + ahead - 1));
                    }
                }
                if matches!(count, 3 | 6) {
                    return Err(CorruptInput(at - 1));
                }
                ended = true;
                break;
            }
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'2'..=b'7' => byte - b'2' + 26,
                _ => return Err(CorruptInput(at - 1)),
            };
            bits = bits << 5 | u64::from(digit);
            count += 1;
        }
        bits <<= 5 * (8 - count);
        let bytes = bits.to_be_bytes();
        out.extend_from_slice(&bytes[3..3 + count * 5 / 8]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_go() {
        for text in ["", "a", "ab", "abc", "abcd"] {
            assert_eq!(decode(&encode(text.as_bytes())).unwrap(), text.as_bytes());
            assert_eq!(decode_32(&encode_32(text.as_bytes())).unwrap(), text.as_bytes());
        }
        assert_eq!(encode(b"hello"), b"aGVsbG8=");
        assert_eq!(encode_32(b"hello!"), b"NBSWY3DPEE======");
        assert_eq!(decode(b"aGVs\nbG8=\n"), Ok(b"hello".to_vec()));
        // What Go's tests expect.
        for (text, offset) in [
            ("!!!!", 0),
            ("====", 0),
            ("x===", 1),
            ("=AAA", 0),
            ("A=AA", 1),
            ("AA=A", 2),
            ("AA==A", 4),
            ("AAA=AAAA", 4),
            ("AAAAA", 4),
            ("AAAAAA", 4),
            ("A=", 1),
            ("A==", 1),
            ("AA=", 3),
            ("AA==", usize::MAX),
            ("AAAAA=", 5),
            ("AAAAAA=", 7),
            ("YWJjZA=====", 8),
            ("A!\n", 1),
            ("A=\n", 1),
        ] {
            let expected = if offset == usize::MAX { None } else { Some(CorruptInput(offset)) };
            assert_eq!(decode(text.as_bytes()).err(), expected, "{text:?}");
        }
        for (text, offset) in [
            ("!!!!", 0),
            ("x===", 0),
            ("AA=A====", 2),
            ("AAA=AAAA", 3),
            ("MMMMMMMMM", 8),
            ("MMMMMM", 0),
            ("A=", 1),
            ("AA=", 3),
            ("AA==", 4),
            ("AAA====", 7),
            ("AAAAA==", 7),
            ("YA======", usize::MAX),
            ("YAA=====", 3),
            ("AAA=====", 3),
        ] {
            let expected = if offset == usize::MAX { None } else { Some(CorruptInput(offset)) };
            assert_eq!(decode_32(text.as_bytes()).err(), expected, "{text:?}");
        }
    }
}
