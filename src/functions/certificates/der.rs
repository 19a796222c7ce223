//! Certificates in DER, as far as sprig makes and reads them: RFC 5280 in the order in which crypto/x509 writes.

use super::key::PublicKey;
use crate::go::Str;
use crate::go::strconv::quote;
use crate::go::time::{Location, Time};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// 2.5.4.3, the common name.
const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";
/// serverAuth and clientAuth.
const SERVER_AND_CLIENT: &[u8] =
    b"\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02";

/// Extensions, by the last part of 2.5.29.x.
const SUBJECT_KEY_ID: u8 = 14;
const KEY_USAGE: u8 = 15;
const SUBJECT_ALTERNATIVE_NAME: u8 = 17;
const BASIC_CONSTRAINTS: u8 = 19;
const AUTHORITY_KEY_ID: u8 = 35;
const EXTENDED_KEY_USAGE: u8 = 37;

/// A value with its tag and length.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let bytes = &bytes[bytes.iter().take_while(|&&byte| byte == 0).count()..];
        out.push(0x80 | bytes.len() as u8);
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(content);
    out
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// An integer without sign.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = &bytes[bytes.iter().take_while(|&&byte| byte == 0).count()..];
    if bytes.is_empty() {
        bytes = &[0];
    }
    let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
    element(INTEGER, &[sign, bytes].concat())
}

/// A bit string of whole bytes.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

fn extension(last: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[BOOLEAN, 1, 0xff] } else { &[] };
    sequence(&[&[0x06, 3, 0x55, 0x1d, last], critical, &element(OCTET_STRING, value)])
}

/// An object identifier as `1.2.840.113549.1.1.1`.
pub(super) fn identifier_text(content: &[u8]) -> String {
    let mut text = String::new();
    let mut number = 0_u64;
    for &byte in content {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte >= 0x80 {
            continue;
        }
        if text.is_empty() {
            // The first two parts share a number.
            let first = (number / 40).min(2);
            text = format!("{first}.{}", number - 40 * first);
        } else {
            text.push_str(&format!(".{number}"));
        }
        number = 0;
    }
    text
}

/// As asn1.Marshal of a time: two digits for the year until 2049.
fn time(seconds: i64) -> Vec<u8> {
    let time = Time::unix(seconds, 0, &Location::utc());
    let year = String::from_utf8_lossy(&time.format(b"2006")).parse::<i64>().unwrap_or(0);
    if (1950..2050).contains(&year) {
        element(UTC_TIME, &time.format(b"060102150405Z"))
    } else {
        element(GENERALIZED_TIME, &time.format(b"20060102150405Z"))
    }
}

/// A name that is a common name only, or empty.
fn name(common_name: &Str) -> Result<Vec<u8>, String> {
    if common_name.is_empty() {
        return Ok(sequence(&[]));
    }
    let is_printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
    let tag = if common_name.iter().all(is_printable) {
        PRINTABLE_STRING
    } else if std::str::from_utf8(common_name).is_ok() {
        UTF8_STRING
    } else {
        return Err("asn1: string not valid UTF-8".to_owned());
    };
    Ok(sequence(&[&element(SET, &sequence(&[COMMON_NAME, &element(tag, common_name)]))]))
}

/// What is signed.
pub(super) struct Contents<'a> {
    pub(super) serial: &'a [u8],
    /// The authority; none where the certificate is its own.
    pub(super) parent: Option<&'a Parent>,
    pub(super) name: &'a Str,
    /// In seconds since the Unix epoch, like `not_after`.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) public_key: &'a PublicKey,
    /// AlgorithmIdentifier of the signature, encoded.
    pub(super) signature_algorithm: &'a [u8],
    pub(super) ips: &'a [IpAddr],
    pub(super) dns: &'a [Str],
    pub(super) authority: bool,
}

impl Contents<'_> {
    /// TBSCertificate.
    pub(super) fn encode(&self) -> Result<Vec<u8>, String> {
        let subject = name(self.name)?;
        let issuer = self.parent.map_or(&subject, |parent| &parent.subject);
        let extensions = element(0xa3, &element(SEQUENCE, &self.extensions(&subject, issuer)?));
        Ok(sequence(&[
            &[0xa0, 3, INTEGER, 1, 2],
            &integer(self.serial),
            self.signature_algorithm,
            issuer,
            &sequence(&[&time(self.not_before), &time(self.not_after)]),
            &subject,
            &self.public_key.info(),
            &extensions,
        ]))
    }

    /// As buildCertExtensions.
    fn extensions(&self, subject: &[u8], issuer: &[u8]) -> Result<Vec<u8>, String> {
        // Digital signature and key encipherment, and for an authority the signing of certificates.
        let usage: &[u8] = if self.authority { &[BIT_STRING, 2, 2, 0xa4] } else { &[BIT_STRING, 2, 5, 0xa0] };
        let constraints = if self.authority { sequence(&[&[BOOLEAN, 1, 0xff]]) } else { sequence(&[]) };
        let mut out = [
            extension(KEY_USAGE, true, usage),
            extension(EXTENDED_KEY_USAGE, false, SERVER_AND_CLIENT),
            extension(BASIC_CONSTRAINTS, true, &constraints),
        ]
        .concat();
        if self.authority {
            let digest = Sha256::digest(&self.public_key.bytes);
            out.extend(extension(SUBJECT_KEY_ID, false, &element(OCTET_STRING, &digest[..20])));
        }
        if let Some(parent) = self.parent.filter(|parent| issuer != subject && !parent.subject_key_id.is_empty()) {
            let id = sequence(&[&element(0x80, &parent.subject_key_id)]);
            out.extend(extension(AUTHORITY_KEY_ID, false, &id));
        }
        if !self.dns.is_empty() || !self.ips.is_empty() {
            let mut names = Vec::new();
            for name in self.dns {
                if !name.is_ascii() {
                    return Err(format!("x509: {} cannot be encoded as an IA5String", quote(name)));
                }
                names.extend(element(0x82, name));
            }
            for ip in self.ips {
                match ip.to_canonical() {
                    IpAddr::V4(ip) => names.extend(element(0x87, &ip.octets())),
                    IpAddr::V6(ip) => names.extend(element(0x87, &ip.octets())),
                }
            }
            let is_critical = subject == sequence(&[]);
            out.extend(extension(SUBJECT_ALTERNATIVE_NAME, is_critical, &element(SEQUENCE, &names)));
        }
        Ok(out)
    }
}

/// A certificate: what was signed, and the signature.
pub(super) fn signed(contents: &[u8], algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
    sequence(&[contents, algorithm, &bits(signature)])
}

/// What a certificate says that its authority signs must repeat.
#[derive(Debug)]
pub(super) struct Parent {
    /// The subject, encoded.
    pub(super) subject: Vec<u8>,
    /// SubjectPublicKeyInfo, encoded.
    pub(super) public_key: Vec<u8>,
    /// Empty where there is none.
    pub(super) subject_key_id: Vec<u8>,
}

impl Parent {
    /// Reads a certificate; what is not needed is only skipped.
    pub(super) fn parse(der: &[u8]) -> Result<Parent, String> {
        Parent::read(der).ok_or_else(|| "x509: malformed certificate".to_owned())
    }

    fn read(der: &[u8]) -> Option<Parent> {
        let (certificate, _) = Item::read(der)?;
        let (contents, after) = Item::read(certificate.within(SEQUENCE)?)?;
        // The algorithm and the signature.
        let (_, after) = Item::read(after)?;
        let (signature, _) = Item::read(after)?;
        signature.within(BIT_STRING)?;
        let mut rest = contents.within(SEQUENCE)?;
        let (first, after) = Item::read(rest)?;
        if first.tag == 0xa0 {
            rest = after;
        }
        // Serial number, algorithm, issuer and validity.
        for tag in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE] {
            let (item, after) = Item::read(rest)?;
            item.within(tag)?;
            rest = after;
        }
        let (subject, rest) = Item::read(rest)?;
        let (public_key, mut rest) = Item::read(rest)?;
        let mut subject_key_id = Vec::new();
        while let Some((item, after)) = Item::read(rest) {
            rest = after;
            if item.tag == 0xa3 {
                subject_key_id = key_id(item.content).unwrap_or_default();
            }
        }
        subject.within(SEQUENCE)?;
        public_key.within(SEQUENCE)?;
        Some(Parent { subject: subject.whole.to_vec(), public_key: public_key.whole.to_vec(), subject_key_id })
    }
}

/// The subject key identifier among the extensions.
fn key_id(extensions: &[u8]) -> Option<Vec<u8>> {
    let (list, _) = Item::read(extensions)?;
    let mut rest = list.within(SEQUENCE)?;
    while let Some((extension, after)) = Item::read(rest) {
        rest = after;
        let (id, value) = Item::read(extension.within(SEQUENCE)?)?;
        if id.content == [0x55, 0x1d, SUBJECT_KEY_ID] {
            let (value, _) = Item::read(value)?;
            let (id, _) = Item::read(value.within(OCTET_STRING)?)?;
            return id.within(OCTET_STRING).map(<[u8]>::to_vec);
        }
    }
    None
}

/// An element as it was read.
pub(super) struct Item<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

impl<'a> Item<'a> {
    /// The first element, and what follows it.
    pub(super) fn read(der: &'a [u8]) -> Option<(Item<'a>, &'a [u8])> {
        let (&tag, rest) = der.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if bytes.is_empty() || bytes.len() > 4 {
                return None;
            }
            (bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
        };
        let (content, after) = rest.split_at_checked(length)?;
        Some((Item { tag, content, whole: &der[..der.len() - after.len()] }, after))
    }

    /// The content, if the tag is this one.
    pub(super) fn within(&self, tag: u8) -> Option<&'a [u8]> {
        (self.tag == tag).then_some(self.content)
    }

    /// The elements within, if the tag is this one; they end where no further one can be read.
    pub(super) fn items(&self, tag: u8) -> Option<impl Iterator<Item = Item<'a>> + use<'a>> {
        let mut rest = self.within(tag)?;
        Some(std::iter::from_fn(move || {
            let (item, after) = Item::read(rest)?;
            rest = after;
            Some(item)
        }))
    }
}
