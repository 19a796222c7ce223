//! Digests, passwords and encryption: the first half of sprig's crypto.go.

use crate::function;
use crate::go::{Kind, ObjectType, Str, Type, Value, base64};
use crate::host::Host;
use crate::template::function::{Argument, Caller, Function};
use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use blowfish::Blowfish;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "adler32sum", adler32sum, "text",
        "the Adler-32 checksum of a text, in decimal",
        r#"adler32sum "hello world""# => "436929629",
    },
    function! {
        "bcrypt", bcrypt, "password",
        "the bcrypt hash of a password with a random salt",
        r#"bcrypt "secret" | trunc 7"# => "$2a$10$",
    },
    function! {
        "decryptAES", decrypt_aes, "password text",
        "what encryptAES encrypted with that password",
        r#"decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=""# => "plaintext",
    },
    function! {
        "derivePassword", derive_password, "counter kind password user site",
        "the password of a site by the Master Password algorithm",
        r#"derivePassword 1 "long" "password" "user" "example.com""# => "ZedaFaxcZaso9*",
    },
    function! {
        "encryptAES", encrypt_aes, "password text",
        "a text encrypted with AES-256 in CBC mode, in base 64",
        r#"encryptAES "key" "plain" | decryptAES "key""# => "plain",
    },
    function! {
        "htpasswd", htpasswd, "user password",
        "a line for a file of htpasswd",
        r#"htpasswd "joe" "secret" | trunc 11"# => "joe:$2a$10$",
    },
    function! {
        "sha1sum", sha1sum, "text",
        "the SHA-1 digest of a text, in hexadecimal",
        r#"sha1sum "a""# => "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
    },
    function! {
        "sha256sum", sha256sum, "text",
        "the SHA-256 digest of a text, in hexadecimal",
        r#"sha256sum "a" | trunc 8"# => "ca978112",
    },
    function! {
        "sha512sum", sha512sum, "text",
        "the SHA-512 digest of a text, in hexadecimal",
        r#"sha512sum "a" | trunc 8"# => "1f40fc92",
    },
];

/// `{{ sha1sum "a" }}` is `86f7e437faa5a7fce15d1ddcb9eaeaea377667b8`.
fn sha1sum(text: Str) -> Str {
    Str::derived(hex(&Sha1::digest(text.as_bytes())), [&text])
}

/// `{{ sha256sum "" | trunc 8 }}` is `e3b0c442`.
fn sha256sum(text: Str) -> Str {
    Str::derived(hex(&Sha256::digest(text.as_bytes())), [&text])
}

/// `{{ sha512sum "b" | trunc 8 }}` is `52677688`.
fn sha512sum(text: Str) -> Str {
    Str::derived(hex(&Sha512::digest(text.as_bytes())), [&text])
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// `{{ adler32sum "hello world" }}` is `436929629`.
fn adler32sum(text: Str) -> Str {
    const MODULUS: u32 = 65_521;
    let (mut a, mut b) = (1, 0);
    // As hash/adler32: after 5552 bytes the sums could overflow.
    for bytes in text.chunks(5552) {
        for &byte in bytes {
            a += u32::from(byte);
            b += a;
        }
        a %= MODULUS;
        b %= MODULUS;
    }
    Str::derived((b << 16 | a).to_string(), [&text])
}

/// `{{ bcrypt "secret" | trunc 7 }}` is `$2a$10$`; passwords of more than 72 bytes give a message.
fn bcrypt(caller: &mut dyn Caller, password: Str) -> Str {
    Str::derived(hashed(caller.host(), &password), [&password])
}

/// `{{ htpasswd "joe" "secret" | trunc 11 }}` is `joe:$2a$10$`.
fn htpasswd(caller: &mut dyn Caller, user: Str, password: Str) -> Str {
    if user.contains(&b':') {
        return Str::concat([&Str::from("invalid username: "), &user]);
    }
    Str::concat([&user, &Str::from(":"), &bcrypt(caller, password)])
}

/// As bcrypt.GenerateFromPassword with the default cost, and sprig's text for its error.
fn hashed(host: &dyn Host, password: &[u8]) -> String {
    if password.len() > 72 {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned();
    }
    let mut salt = [0; 16];
    host.random(&mut salt);
    format!("$2a$10${}{}", bcrypt_base64(&salt), bcrypt_base64(&bcrypt_digest(password, &salt, 10)))
}

/// The digest of bcrypt, of which the last byte is never written down.
fn bcrypt_digest(password: &[u8], salt: &[u8; 16], cost: u32) -> [u8; 23] {
    let key = [password, b"\0"].concat();
    let mut cipher = Blowfish::bc_init_state();
    cipher.salted_expand_key(salt, &key);
    for _ in 0..1u32 << cost {
        cipher.bc_expand_key(&key);
        cipher.bc_expand_key(salt);
    }
    let mut digest = [0; 23];
    for (index, text) in b"OrpheanBeholderScryDoubt".chunks_exact(8).enumerate() {
        let word = |bytes: &[u8]| bytes.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte));
        let mut halves = [word(&text[..4]), word(&text[4..])];
        for _ in 0..64 {
            halves = cipher.bc_encrypt(halves);
        }
        let bytes = halves.into_iter().flat_map(u32::to_be_bytes);
        for (target, byte) in digest[index * 8..].iter_mut().zip(bytes) {
            *target = byte;
        }
    }
    digest
}

/// Base64 in bcrypt's own alphabet, without padding.
fn bcrypt_base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..=group.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}

/// Go's `uint32`, which no other function of a template takes or returns.
struct Uint32(u32);

static UINT32: ObjectType = ObjectType { name: "uint32", kind: Kind::Uint64, fields: &[], methods: &[] };

impl Argument for Uint32 {
    const TYPE: Type = Type::Object(&UINT32);
    fn take(arguments: &mut std::slice::IterMut<'_, Value>) -> Uint32 {
        match arguments.next() {
            // As reflect's SetUint, which keeps the low bits.
            Some(Value::Uint64(number)) => Uint32(*number as u32),
            _ => Uint32(0),
        }
    }
}

/// `{{ derivePassword 1 "long" "password" "user" "example.com" }}` is `ZedaFaxcZaso9*`: the Master Password algorithm.
fn derive_password(counter: Uint32, kind: Str, password: Str, user: Str, site: Str) -> Str {
    let Some((_, templates)) = PASSWORD_TEMPLATES.iter().find(|(name, _)| kind.as_bytes() == name.as_bytes()) else {
        return Str::concat([&Str::from("cannot find password template "), &kind]);
    };
    const SEED: &[u8] = b"com.lyndir.masterpassword";
    let length = |text: &Str| (text.len() as u32).to_be_bytes();
    let salt = [SEED, &length(&user), &user].concat();
    let mut key = [0; 64];
    let derived = scrypt::Params::new(15, 8, 2).map_err(|error| error.to_string());
    let derived = derived.and_then(|p| scrypt::scrypt(&password, &salt, &p, &mut key).map_err(|e| e.to_string()));
    let mac = derived.and_then(|()| Hmac::<Sha256>::new_from_slice(&key).map_err(|error| error.to_string()));
    let mut mac = match mac {
        Ok(mac) => mac,
        Err(error) => return Str::from(format!("failed to derive password: {error}")),
    };
    mac.update(&[SEED, &length(&site), &site, &counter.0.to_be_bytes()].concat());
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let letters = template.bytes().zip(&seed[1..]).filter_map(|(class, &byte)| {
        let (_, characters) = PASSWORD_CHARACTERS.iter().find(|(name, _)| *name == class)?;
        characters.as_bytes().get(usize::from(byte) % characters.len()).copied()
    });
    Str::derived(letters.collect::<Vec<u8>>(), [&password, &user, &site])
}

static PASSWORD_TEMPLATES: [(&str, &[&str]); 6] = [
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

static PASSWORD_CHARACTERS: [(u8, &str); 8] = [
    (b'V', "AEIOU"),
    (b'C', "BCDFGHJKLMNPQRSTVWXYZ"),
    (b'v', "aeiou"),
    (b'c', "bcdfghjklmnpqrstvwxyz"),
    (b'a', "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"),
    (b'n', "0123456789"),
    (b'o', "@&%?,=[]_:-+*$#!'^~;()/."),
    (b'x', "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()"),
];

const BLOCK: usize = 16;

/// AES-256 with the password's first 32 bytes as the key.
fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    for (target, byte) in key.iter_mut().zip(password) {
        *target = *byte;
    }
    Aes256::new(&key.into())
}

/// `{{ encryptAES "key" "plain" | decryptAES "key" }}` is `plain`: AES-256 in CBC mode, in base64.
fn encrypt_aes(caller: &mut dyn Caller, password: Str, text: Str) -> Str {
    if text.is_empty() {
        return Str::EMPTY;
    }
    let cipher = cipher(&password);
    let mut previous = [0; BLOCK];
    caller.host().random(&mut previous);
    let mut content = text.to_vec();
    let padding = BLOCK - content.len() % BLOCK;
    content.resize(content.len() + padding, padding as u8);
    let mut encrypted = previous.to_vec();
    for plain in content.chunks_exact(BLOCK) {
        for (target, byte) in previous.iter_mut().zip(plain) {
            *target ^= byte;
        }
        let mut block = previous.into();
        cipher.encrypt_block(&mut block);
        previous = block.into();
        encrypted.extend_from_slice(&previous);
    }
    Str::derived(base64::encode(&encrypted), [&password, &text])
}

/// `{{ decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" }}` is `plaintext`.
/// What was not encrypted so fails with the panics of Go that sprig runs into.
fn decrypt_aes(password: Str, text: Str) -> Result<Str, String> {
    if text.is_empty() {
        return Ok(Str::EMPTY);
    }
    let bytes =
        base64::decode(&text).map_err(|base64::CorruptInput(at)| format!("illegal base64 data at input byte {at}"))?;
    // Slicing may go up to the capacity, which is what the text could have held.
    let capacity = text.len() / 4 * 3;
    if capacity < BLOCK {
        return Err(format!("runtime error: slice bounds out of range [:{BLOCK}] with capacity {capacity}"));
    }
    let Some((vector, content)) = bytes.split_at_checked(BLOCK) else {
        return Err(format!("runtime error: slice bounds out of range [{BLOCK}:{}]", bytes.len()));
    };
    if content.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let cipher = cipher(&password);
    let mut previous = vector;
    let mut plain = Vec::with_capacity(content.len());
    for encrypted in content.chunks_exact(BLOCK) {
        let mut array = [0; BLOCK];
        array.copy_from_slice(encrypted);
        let mut block = array.into();
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(previous).map(|(byte, previous)| byte ^ previous));
        previous = encrypted;
    }
    let Some(&padding) = plain.last() else { return Err("runtime error: index out of range [-1]".to_owned()) };
    let length = plain.len() as i64 - i64::from(padding);
    match usize::try_from(length) {
        Ok(length) => {
            plain.truncate(length);
            Ok(Str::derived(plain, [&password, &text]))
        }
        Err(_) => Err(format!("runtime error: slice bounds out of range [:{length}]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests() {
        assert_eq!(sha1sum("a".into()).to_string(), "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8");
        assert_eq!(&sha256sum("".into()).to_string()[..8], "e3b0c442");
        assert_eq!(&sha512sum("b".into()).to_string()[..8], "52677688");
        assert_eq!(adler32sum("hello world".into()).to_string(), "436929629");
    }

    #[test]
    fn passwords() {
        for (counter, kind, expected) in
            [(1, "pin", "2461"), (3, "maximum", "M(2!Dlb3srxKRKVEYo6["), (3, "x", "cannot find password template x")]
        {
            let got = derive_password(Uint32(counter), kind.into(), "p".into(), "u".into(), "s".into());
            assert_eq!(got.to_string(), expected);
        }
    }

    /// A vector of golang.org/x/crypto/bcrypt's own test.
    #[test]
    fn bcrypt_vector() {
        let salt = [0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10];
        assert_eq!(bcrypt_base64(&salt), "CCCCCCCCCCCCCCCCCCCCC.");
        assert_eq!(bcrypt_base64(&bcrypt_digest(b"U*U", &salt, 5)), "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
    }

    /// Answers of sprig under Go 1.26.
    #[test]
    fn decryption() {
        for (text, expected) in [
            ("", Ok("")),
            ("bad", Err("illegal base64 data at input byte 0")),
            ("YWJj", Err("runtime error: slice bounds out of range [:16] with capacity 3")),
            ("YWJjYWJjYWJjYWJjYWJjYWJj", Err("crypto/cipher: input not full blocks")),
            ("MTIzNDU2Nzg5MDEyMzQ1Ng==", Err("runtime error: index out of range [-1]")),
            ("MTIzNDU2Nzg5MDEyMzQ1NjEyMzQ1Njc4OTAxMjM0NTY=", Err("runtime error: slice bounds out of range [:-94]")),
            ("YWJj\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", Err("runtime error: slice bounds out of range [16:3]")),
        ] {
            let got = decrypt_aes("k".into(), text.into()).map(|plain| plain.to_string());
            assert_eq!(got.as_deref(), expected.map_err(str::to_owned).as_deref(), "{text}");
        }
        let got = decrypt_aes("secretkey".into(), "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=".into());
        assert_eq!(got.unwrap().to_string(), "plaintext");
    }
}
