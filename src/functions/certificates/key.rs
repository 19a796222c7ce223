//! Private keys of every type that sprig knows: made, read, written, and signed with.

use super::der::{self, BIT_STRING, INTEGER, Item, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};
use super::{dsa, pem};
use crate::host::Host;
use ed25519_dalek::Signer;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};
use std::convert::Infallible;

/// A private key, as Go's crypto packages tell them apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    Rsa(Box<rsa::PrivateKey>),
    Ecdsa(EllipticKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Dsa(Box<dsa::PrivateKey>),
    /// Can be read, but nothing that sprig does can be done with it.
    X25519,
}

/// A key of one of the curves of crypto/elliptic.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EllipticKey {
    P256(Box<p256::ecdsa::SigningKey>),
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
    /// Only read: nobody has written certificates for it in years.
    P224,
}

/// The curves with their object identifiers and the bytes of a number.
#[derive(Clone, Copy)]
enum Curve {
    P224,
    P256,
    P384,
    P521,
}

const CURVES: [(Curve, &[u8], usize); 4] = [
    (Curve::P224, b"\x2b\x81\x04\x00\x21", 28),
    (Curve::P256, b"\x2a\x86\x48\xce\x3d\x03\x01\x07", 32),
    (Curve::P384, b"\x2b\x81\x04\x00\x22", 48),
    (Curve::P521, b"\x2b\x81\x04\x00\x23", 66),
];

const RSA_ENCRYPTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const EC_PUBLIC_KEY: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
const ED25519: &[u8] = b"\x2b\x65\x70";
const X25519: &[u8] = b"\x2b\x65\x6e";
const SHA256_WITH_RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
const ECDSA_WITH_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
const ECDSA_WITH_SHA384: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x03";
const ECDSA_WITH_SHA512: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x04";
const NULL: &[u8] = &[0x05, 0];

/// What a certificate says of a public key.
pub(super) struct PublicKey {
    /// AlgorithmIdentifier, encoded.
    pub(super) algorithm: Vec<u8>,
    /// The content of the bit string.
    pub(super) bytes: Vec<u8>,
}

impl PublicKey {
    /// SubjectPublicKeyInfo.
    pub(super) fn info(&self) -> Vec<u8> {
        der::sequence(&[&self.algorithm, &der::bits(&self.bytes)])
    }
}

impl Key {
    /// A new RSA key.
    pub(super) fn generate_rsa(host: &dyn Host, bits: usize) -> Result<Key, String> {
        let key = rsa::PrivateKey::new(&mut HostRandom(host), bits).map_err(|error| error.to_string())?;
        Ok(Key::Rsa(Box::new(key)))
    }

    /// A new key of one of the types that have names in sprig; `None` for another name.
    pub(super) fn generate(host: &dyn Host, kind: &[u8]) -> Option<Result<Key, String>> {
        Some(match kind {
            b"" | b"rsa" => Key::generate_rsa(host, 4096),
            b"dsa" => dsa::PrivateKey::generate(&mut HostRandom(host)).map(|key| Key::Dsa(Box::new(key))),
            b"ecdsa" => loop {
                let mut scalar = [0; 32];
                host.random(&mut scalar);
                // All but a number of 2^32 are below the curve's order.
                if let Ok(key) = p256::ecdsa::SigningKey::from_slice(&scalar) {
                    break Ok(Key::Ecdsa(EllipticKey::P256(Box::new(key))));
                }
            },
            b"ed25519" => {
                let mut seed = [0; 32];
                host.random(&mut seed);
                Ok(Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed))))
            }
            _ => return None,
        })
    }

    /// As parsePrivateKeyPEM; what Go's parsers say of DER that is not well-formed is not imitated.
    pub(super) fn parse(text: &[u8]) -> Result<Key, String> {
        let (kind, der) = pem::decode(text).ok_or("no PEM data in input")?;
        if kind == "PRIVATE KEY" {
            return Key::parse_pkcs8(&der).map_err(|error| format!("decoding PEM as PKCS#8: {error}"));
        }
        match kind.strip_suffix(" PRIVATE KEY") {
            Some("RSA") => parse_rsa(&der).map_err(|error| format!("parsing RSA private key from PEM: {error}")),
            Some("EC") => {
                parse_elliptic(None, &der).map_err(|error| format!("parsing EC private key from PEM: {error}"))
            }
            Some("DSA") => match dsa::PrivateKey::parse(&der) {
                Some(key) => Ok(Key::Dsa(Box::new(key))),
                None => Err("parsing DSA private key from PEM: asn1: structure error: tags don't match".to_owned()),
            },
            Some(kind) => Err(format!("invalid private key type {kind}")),
            None => Err(format!("no private key data in PEM block of type {kind}")),
        }
    }

    /// As x509.ParsePKCS8PrivateKey.
    fn parse_pkcs8(der: &[u8]) -> Result<Key, String> {
        let read = || {
            let mut items = Item::read(der)?.0.items(SEQUENCE)?;
            items.next()?.within(INTEGER)?;
            let mut algorithm = items.next()?.items(SEQUENCE)?;
            let identifier = algorithm.next()?.within(OBJECT_IDENTIFIER)?;
            Some((identifier, algorithm.next(), items.next()?.within(OCTET_STRING)?))
        };
        let Some((algorithm, parameters, key)) = read() else {
            for (other, name) in
                [(parse_elliptic(None, der), "ParseECPrivateKey"), (parse_rsa(der), "ParsePKCS1PrivateKey")]
            {
                if other.is_ok() {
                    return Err(use_instead(name));
                }
            }
            return Err("asn1: structure error: tags don't match".to_owned());
        };
        let embedded =
            |kind: &str, error: String| format!("x509: failed to parse {kind} private key embedded in PKCS#8: {error}");
        let seed = |kind: &str| {
            if parameters.is_some() {
                return Err(format!("x509: invalid {kind} private key parameters"));
            }
            let seed = Item::read(key).and_then(|(item, _)| item.within(OCTET_STRING));
            let seed =
                seed.ok_or_else(|| format!("x509: invalid {kind} private key: asn1: syntax error: data truncated"))?;
            <[u8; 32]>::try_from(seed).map_err(|_| format!("x509: invalid {kind} private key length: {}", seed.len()))
        };
        match algorithm {
            RSA_ENCRYPTION => parse_rsa(key).map_err(|error| embedded("RSA", error)),
            EC_PUBLIC_KEY => {
                let curve = parameters.as_ref().and_then(|item| item.within(OBJECT_IDENTIFIER));
                parse_elliptic(curve, key).map_err(|error| embedded("EC", error))
            }
            ED25519 => Ok(Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed("Ed25519")?)))),
            X25519 => match seed("X25519") {
                Err(text) if text.contains("length") => Err("crypto/ecdh: invalid private key size".to_owned()),
                other => other.map(|_| Key::X25519),
            },
            other => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                der::identifier_text(other)
            )),
        }
    }

    /// As pemBlockForKey.
    pub(super) fn to_pem(&self) -> Result<String, String> {
        match self {
            Key::Rsa(key) => {
                let der = key.to_pkcs1_der().map_err(|error| error.to_string())?;
                Ok(pem::encode("RSA PRIVATE KEY", der.as_bytes()))
            }
            Key::Ecdsa(key) => {
                let (curve, scalar, point) = key.parts().ok_or("x509: unknown elliptic curve")?;
                let der = der::sequence(&[
                    &der::integer(&[1]),
                    &der::element(OCTET_STRING, &scalar),
                    &der::element(0xa0, &der::element(OBJECT_IDENTIFIER, curve)),
                    &der::element(0xa1, &der::bits(&point)),
                ]);
                Ok(pem::encode("EC PRIVATE KEY", &der))
            }
            Key::Ed25519(key) => {
                let seed = der::element(OCTET_STRING, &key.to_bytes());
                let algorithm = algorithm(ED25519, &[]);
                let der = der::sequence(&[&der::integer(&[0]), &algorithm, &der::element(OCTET_STRING, &seed)]);
                Ok(pem::encode("PRIVATE KEY", &der))
            }
            Key::Dsa(key) => Ok(pem::encode("DSA PRIVATE KEY", &key.to_der())),
            Key::X25519 => Err("x509: unknown key type while marshaling PKCS#8: *ecdh.PrivateKey".to_owned()),
        }
    }

    /// The public key for a certificate, as marshalPublicKey and CreateCertificate take it.
    pub(super) fn public_key(&self) -> Result<PublicKey, String> {
        match self {
            Key::Rsa(key) => {
                let der = key.as_public_key().to_pkcs1_der().map_err(|error| error.to_string())?;
                Ok(PublicKey { algorithm: algorithm(RSA_ENCRYPTION, NULL), bytes: der.as_bytes().to_vec() })
            }
            Key::Ecdsa(key) => {
                let (curve, _, bytes) = key.parts().ok_or(UNSUPPORTED_CURVE)?;
                let algorithm = algorithm(EC_PUBLIC_KEY, &der::element(OBJECT_IDENTIFIER, curve));
                Ok(PublicKey { algorithm, bytes })
            }
            Key::Ed25519(key) => {
                Ok(PublicKey { algorithm: algorithm(ED25519, &[]), bytes: key.verifying_key().to_bytes().to_vec() })
            }
            Key::Dsa(_) => Err("x509: unsupported public key type: *dsa.PublicKey".to_owned()),
            Key::X25519 => Err("x509: unsupported public key type: *ecdh.PublicKey".to_owned()),
        }
    }

    /// As signingParamsForKey: the AlgorithmIdentifier of its signatures.
    pub(super) fn signature_algorithm(&self) -> Result<Vec<u8>, String> {
        match self {
            Key::Rsa(_) => Ok(algorithm(SHA256_WITH_RSA, NULL)),
            Key::Ecdsa(EllipticKey::P256(_)) => Ok(algorithm(ECDSA_WITH_SHA256, &[])),
            Key::Ecdsa(EllipticKey::P384(_)) => Ok(algorithm(ECDSA_WITH_SHA384, &[])),
            Key::Ecdsa(EllipticKey::P521(_)) => Ok(algorithm(ECDSA_WITH_SHA512, &[])),
            Key::Ecdsa(EllipticKey::P224) => Err(UNSUPPORTED_CURVE.to_owned()),
            Key::Ed25519(_) => Ok(algorithm(ED25519, &[])),
            Key::Dsa(_) | Key::X25519 => {
                Err("x509: certificate private key does not implement crypto.Signer".to_owned())
            }
        }
    }

    /// The signature of a message with that algorithm.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let pair = |halves: &[u8]| {
            let (r, s) = halves.split_at(halves.len() / 2);
            der::sequence(&[&der::integer(r), &der::integer(s)])
        };
        match self {
            Key::Rsa(key) => {
                let digest = Sha256::digest(message);
                key.sign(rsa::Pkcs1v15Sign::new::<Sha256>(), &digest).map_err(|error| error.to_string())
            }
            Key::Ecdsa(EllipticKey::P256(key)) => {
                let signature: Result<p256::ecdsa::Signature, _> = key.try_sign(message);
                signature.map(|signature| pair(&signature.to_bytes())).map_err(|error| error.to_string())
            }
            Key::Ecdsa(EllipticKey::P384(key)) => {
                let signature: Result<p384::ecdsa::Signature, _> = key.try_sign(message);
                signature.map(|signature| pair(&signature.to_bytes())).map_err(|error| error.to_string())
            }
            Key::Ecdsa(EllipticKey::P521(key)) => {
                let signature: Result<p521::ecdsa::Signature, _> = key.try_sign(message);
                signature.map(|signature| pair(&signature.to_bytes())).map_err(|error| error.to_string())
            }
            Key::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Key::Ecdsa(EllipticKey::P224) | Key::Dsa(_) | Key::X25519 => Err(UNSUPPORTED_CURVE.to_owned()),
        }
    }
}

const UNSUPPORTED_CURVE: &str = "x509: unsupported elliptic curve";

fn algorithm(identifier: &[u8], parameters: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::element(OBJECT_IDENTIFIER, identifier), parameters])
}

fn use_instead(name: &str) -> String {
    format!("x509: failed to parse private key (use {name} instead for this key format)")
}

impl EllipticKey {
    /// The curve's identifier, the private number and the public point.
    fn parts(&self) -> Option<(&'static [u8], Vec<u8>, Vec<u8>)> {
        let (curve, scalar, point) = match self {
            EllipticKey::P224 => return None,
            EllipticKey::P256(key) => {
                (1, key.to_bytes().to_vec(), key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
            }
            EllipticKey::P384(key) => {
                (2, key.to_bytes().to_vec(), key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
            }
            EllipticKey::P521(key) => {
                (3, key.to_bytes().to_vec(), key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
            }
        };
        Some((CURVES[curve].1, scalar, point))
    }
}

/// As x509.ParsePKCS1PrivateKey.
fn parse_rsa(der: &[u8]) -> Result<Key, String> {
    rsa::PrivateKey::from_pkcs1_der(der).map(|key| Key::Rsa(Box::new(key))).map_err(|error| error.to_string())
}

/// As x509's parseECPrivateKey: the curve may be known from around it.
fn parse_elliptic(curve: Option<&[u8]>, der: &[u8]) -> Result<Key, String> {
    let read = || {
        let mut items = Item::read(der)?.0.items(SEQUENCE)?;
        let version = items.next()?.within(INTEGER)?;
        let number = items.next()?.within(OCTET_STRING)?;
        let mut named = None;
        for item in items {
            if let Some(content) = item.within(0xa0) {
                named = Some(Item::read(content)?.0.within(OBJECT_IDENTIFIER)?);
            } else if let Some(content) = item.within(0xa1) {
                Item::read(content)?.0.within(BIT_STRING)?;
            }
        }
        Some((version, number, named))
    };
    let (version, number, named) =
        read().ok_or("x509: failed to parse EC private key: asn1: structure error: tags don't match")?;
    if version != [1] {
        let version = version.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        return Err(format!("x509: unknown EC private key version {version}"));
    }
    let wanted = curve.or(named).unwrap_or_default();
    let (_, curve, size) = CURVES.iter().find(|(_, identifier, _)| *identifier == wanted).map_or_else(
        || Err("x509: unknown elliptic curve"),
        |&(curve, identifier, size)| Ok((identifier, curve, size)),
    )?;
    // Zeros may be missing or too many in front.
    let digits = &number[number.iter().take_while(|&&byte| byte == 0).count()..];
    let missing = size.checked_sub(digits.len()).ok_or("x509: invalid private key length")?;
    let mut scalar = vec![0; missing];
    scalar.extend_from_slice(digits);
    let invalid = |_| "crypto/ecdsa: private key scalar is zero or too large".to_owned();
    Ok(Key::Ecdsa(match curve {
        Curve::P224 => EllipticKey::P224,
        Curve::P256 => EllipticKey::P256(Box::new(p256::ecdsa::SigningKey::from_slice(&scalar).map_err(invalid)?)),
        Curve::P384 => EllipticKey::P384(Box::new(p384::ecdsa::SigningKey::from_slice(&scalar).map_err(invalid)?)),
        Curve::P521 => EllipticKey::P521(Box::new(p521::ecdsa::SigningKey::from_slice(&scalar).map_err(invalid)?)),
    }))
}

/// Randomness of the host for key generation.
pub(super) struct HostRandom<'a>(pub(super) &'a dyn Host);

impl TryRng for HostRandom<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.random(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.random(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.random(bytes);
        Ok(())
    }
}

impl TryCryptoRng for HostRandom<'_> {}
