//! Keys and certificates: the second half of sprig's crypto.go.

use crate::function;
use crate::go::{Field, Kind, List, Object, ObjectType, Str, Type, Value, base64, fmt};
use crate::host::Host;
use crate::template::error::Error;
use crate::template::function::{Argument, Caller, Function, Return};
use key::Key;
use std::net::IpAddr;
use std::rc::Rc;

mod der;
mod dsa;
mod key;
mod pem;

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "buildCustomCert", build_custom_cert, "certificate key",
        "a certificate and its key from PEM in base 64, after a check of both",
        "if false }}{{ (buildCustomCert .cert .key).Cert }}{{ end" => "",
    },
    function! {
        "genCA", gen_ca, "name days",
        "a certificate authority with a new RSA key: Cert and Key",
        r#"(genCA "my-ca" 365).Cert | trunc 27"# => "-----BEGIN CERTIFICATE-----",
    },
    function! {
        "genCAWithKey", gen_ca_with_key, "name days key",
        "a certificate authority with that key",
        r#"(genCAWithKey "my-ca" 365 (genPrivateKey "ecdsa")).Key | trunc 30"# => "-----BEGIN EC PRIVATE KEY-----",
    },
    function! {
        "genPrivateKey", gen_private_key, "type",
        "a new private key in PEM: rsa, dsa, ecdsa (P-256) or ed25519",
        r#"genPrivateKey "ecdsa" | trunc 30"# => "-----BEGIN EC PRIVATE KEY-----",
    },
    function! {
        "genSelfSignedCert", gen_self_signed_cert, "name ips names days",
        "a certificate that signs itself, with a new RSA key",
        r#"(genSelfSignedCert "a.example" (list "10.0.0.1") (list "b.example") 365).Cert | trunc 27"# => "-----BEGIN CERTIFICATE-----",
    },
    function! {
        "genSelfSignedCertWithKey", gen_self_signed_cert_with_key, "name ips names days key",
        "a certificate that signs itself, with that key",
        r#"(genSelfSignedCertWithKey "a.example" nil nil 365 (genPrivateKey "ecdsa")).Key | trunc 30"# => "-----BEGIN EC PRIVATE KEY-----",
    },
    function! {
        "genSignedCert", gen_signed_cert, "name ips names days authority",
        "a certificate that an authority signs, with a new RSA key",
        r#"(genSignedCert "a.example" nil nil 365 (genCAWithKey "ca" 365 (genPrivateKey "ecdsa"))).Cert | trunc 27"# => "-----BEGIN CERTIFICATE-----",
    },
    function! {
        "genSignedCertWithKey", gen_signed_cert_with_key, "name ips names days authority key",
        "a certificate that an authority signs, with that key",
        r#"(genSignedCertWithKey "a.example" nil nil 365 (genCAWithKey "ca" 365 (genPrivateKey "ecdsa")) (genPrivateKey "ed25519")).Key | trunc 27"# => "-----BEGIN PRIVATE KEY-----",
    },
];

/// `{{ genPrivateKey "rsa" }}` is a new key of 4096 bits in PEM; `dsa`, `ecdsa` (P-256) and `ed25519` are known too.
fn gen_private_key(caller: &mut dyn Caller, kind: Str) -> String {
    match Key::generate(caller.host(), &kind) {
        Some(key) => match key.and_then(|key| key.to_pem()) {
            Ok(pem) => pem,
            Err(error) => format!("failed to generate private key: {error}"),
        },
        None => format!("Unknown type {kind}"),
    }
}

/// `{{ (buildCustomCert (b64enc $cert) (b64enc $key)).Cert }}` is `$cert`, after a check of both.
fn build_custom_cert(certificate: Str, key: Str) -> Result<Certificate, String> {
    let cert = base64::decode(&certificate).map_err(|_| "unable to decode base64 certificate")?;
    let key = base64::decode(&key).map_err(|_| "unable to decode base64 private key")?;
    let (_, der) = pem::decode(&cert).ok_or("unable to decode certificate")?;
    der::Parent::parse(&der).map_err(|error| format!("error parsing certificate: decodedCert.Bytes: {error}"))?;
    Key::parse(&key).map_err(|error| format!("error parsing private key: {error}"))?;
    Ok(Certificate { cert: cert.into(), key: key.into() })
}

/// `{{ $ca := genCA "my-ca" 365 }}` is a certificate authority with a new key of 2048 bits: `$ca.Cert` and `$ca.Key`.
fn gen_ca(caller: &mut dyn Caller, name: Str, days: i64) -> Result<Certificate, String> {
    let key = generate(caller.host(), 2048)?;
    authority(caller, &name, days, &key)
}

/// `{{ genCAWithKey "my-ca" 365 (genPrivateKey "rsa") }}` is a certificate authority with that key.
fn gen_ca_with_key(caller: &mut dyn Caller, name: Str, days: i64, key: Str) -> Result<Certificate, String> {
    let key = given_key(&key)?;
    authority(caller, &name, days, &key)
}

fn authority(caller: &dyn Caller, name: &Str, days: i64, key: &Key) -> Result<Certificate, String> {
    let (ips, dns) = (Vec::new(), Vec::new());
    issue(caller.host(), &Request { name, ips, dns, days, authority: true }, key, None)
}

/// `{{ genSelfSignedCert "example.com" (list "10.0.0.1") (list "www.example.com") 365 }}` has a new key of 2048 bits.
fn gen_self_signed_cert(
    caller: &mut dyn Caller,
    name: Str,
    ips: List,
    dns: List,
    days: i64,
) -> Result<Certificate, String> {
    let request = Request::new(&name, &ips, &dns, days)?;
    let key = generate(caller.host(), 2048)?;
    issue(caller.host(), &request, &key, None)
}

/// `{{ genSelfSignedCertWithKey "example.com" nil nil 365 (genPrivateKey "rsa") }}` has that key.
fn gen_self_signed_cert_with_key(
    caller: &mut dyn Caller,
    name: Str,
    ips: List,
    dns: List,
    days: i64,
    key: Str,
) -> Result<Certificate, String> {
    let key = given_key(&key)?;
    issue(caller.host(), &Request::new(&name, &ips, &dns, days)?, &key, None)
}

/// `{{ genSignedCert "example.com" nil nil 365 $ca }}` is signed by that authority and has a new key of 2048 bits.
fn gen_signed_cert(
    caller: &mut dyn Caller,
    name: Str,
    ips: List,
    dns: List,
    days: i64,
    authority: Certificate,
) -> Result<Certificate, String> {
    // Go generates the key first; what can fail comes first here, as that shows in nothing but the time it takes.
    let signer = Signer::of(&authority)?;
    let request = Request::new(&name, &ips, &dns, days)?;
    let key = generate(caller.host(), 2048)?;
    issue(caller.host(), &request, &key, Some(&signer))
}

/// `{{ genSignedCertWithKey "example.com" nil nil 365 $ca (genPrivateKey "rsa") }}` has that key.
fn gen_signed_cert_with_key(
    caller: &mut dyn Caller,
    name: Str,
    ips: List,
    dns: List,
    days: i64,
    authority: Certificate,
    key: Str,
) -> Result<Certificate, String> {
    let key = given_key(&key)?;
    let signer = Signer::of(&authority)?;
    issue(caller.host(), &Request::new(&name, &ips, &dns, days)?, &key, Some(&signer))
}

/// A certificate and its key, both in PEM: sprig's `certificate`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Certificate {
    cert: Str,
    key: Str,
}

static CERTIFICATE: ObjectType = ObjectType {
    name: "sprig.certificate",
    kind: Kind::Struct,
    fields: &[Field::new("Cert", "Cert", Type::String), Field::new("Key", "Key", Type::String)],
    methods: &[],
};

impl Object for Certificate {
    fn ty(&self) -> &'static ObjectType {
        &CERTIFICATE
    }

    fn fields(&self) -> Vec<Value> {
        vec![Value::String(self.cert.clone()), Value::String(self.key.clone())]
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Certificate>() == Some(self)
    }
}

impl Argument for Certificate {
    const TYPE: Type = Type::Object(&CERTIFICATE);
    fn take(arguments: &mut std::slice::IterMut<'_, Value>) -> Certificate {
        let Some(Value::Object(object)) = arguments.next() else { return Certificate::default() };
        let object: &dyn std::any::Any = &**object;
        object.downcast_ref::<Certificate>().cloned().unwrap_or_default()
    }
}

impl Return for Certificate {
    const TYPE: &'static str = "sprig.certificate";

    fn into_result(self) -> Result<Value, Error> {
        Ok(Value::Object(Rc::new(self)))
    }
}

fn generate(host: &dyn Host, bits: usize) -> Result<Key, String> {
    Key::generate_rsa(host, bits).map_err(|error| format!("error generating rsa key: {error}"))
}

fn given_key(pem: &Str) -> Result<Key, String> {
    Key::parse(pem).map_err(|error| format!("parsing private key: {error}"))
}

/// What a certificate is to say.
struct Request<'a> {
    name: &'a Str,
    ips: Vec<IpAddr>,
    dns: Vec<Str>,
    days: i64,
    authority: bool,
}

impl<'a> Request<'a> {
    /// As getBaseCertTemplate.
    fn new(name: &'a Str, ips: &List, dns: &List, days: i64) -> Result<Request<'a>, String> {
        let shown = |value: &Value| fmt::sprint(std::slice::from_ref(value));
        let ip = |value: &Value| match value {
            Value::String(text) => {
                let ip: Option<IpAddr> = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                ip.ok_or_else(|| format!("error parsing ip: {text}"))
            }
            value => Err(format!("error parsing ip: {} is not a string", shown(value))),
        };
        let dns_name = |value: &Value| match value {
            Value::String(text) => Ok(text.clone()),
            value => Err(format!("error processing alternate dns name: {} is not a string", shown(value))),
        };
        let ips = ips.iter().map(ip).collect::<Result<_, _>>()?;
        let dns = dns.iter().map(dns_name).collect::<Result<_, _>>()?;
        Ok(Request { name, ips, dns, days, authority: false })
    }
}

/// An authority that signs: its certificate, read, and its key.
struct Signer {
    parent: der::Parent,
    key: Key,
}

impl Signer {
    fn of(authority: &Certificate) -> Result<Signer, String> {
        let (_, der) = pem::decode(&authority.cert).ok_or("unable to decode certificate")?;
        let parent = der::Parent::parse(&der)
            .map_err(|error| format!("error parsing certificate: decodedSignerCert.Bytes: {error}"))?;
        let key = Key::parse(&authority.key).map_err(|error| format!("error parsing private key: {error}"))?;
        Ok(Signer { parent, key })
    }
}

/// As getCertAndKey and x509.CreateCertificate: signed by `signer`, or by its own key.
fn issue(host: &dyn Host, request: &Request, key: &Key, signer: Option<&Signer>) -> Result<Certificate, String> {
    let failed = |error: String| format!("error creating certificate: {error}");
    let mut serial = [0; 16];
    host.random(&mut serial);
    // In the order of CreateCertificate's complaints.
    let signing_key = signer.map_or(key, |signer| &signer.key);
    let signature_algorithm = signing_key.signature_algorithm().map_err(failed)?;
    let public_key = key.public_key().map_err(failed)?;
    if let Some(Signer { parent, key }) = signer
        && parent.public_key != key.public_key().map_err(failed)?.info()
    {
        return Err(failed("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned()));
    }
    let (now, _) = host.now();
    let contents = der::Contents {
        serial: &serial,
        parent: signer.map(|signer| &signer.parent),
        name: request.name,
        not_before: now,
        not_after: now.saturating_add(request.days.wrapping_mul(24 * 3600)),
        public_key: &public_key,
        signature_algorithm: &signature_algorithm,
        ips: &request.ips,
        dns: &request.dns,
        authority: request.authority,
    };
    let to_be_signed = contents.encode().map_err(failed)?;
    let signature = signing_key.sign(&to_be_signed).map_err(failed)?;
    let certificate = der::signed(&to_be_signed, &signature_algorithm, &signature);
    let key = key.to_pem().map_err(|error| format!("error pem-encoding key: {error}"))?;
    Ok(Certificate { cert: pem::encode("CERTIFICATE", &certificate).into(), key: key.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::{BIT_STRING, Item, SEQUENCE};
    use ed25519_dalek::Verifier;
    use rsa::pkcs1::DecodeRsaPublicKey;
    use sha2::{Digest, Sha256};
    use std::cell::Cell;

    pub(super) struct Fixed(Cell<u64>);

    impl Fixed {
        pub(super) fn new(seed: u64) -> Fixed {
            Fixed(Cell::new(seed))
        }
    }

    impl Host for Fixed {
        fn now(&self) -> (i64, u32) {
            (1_709_211_845, 0)
        }
        fn random(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let next = self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                self.0.set(next);
                *byte = (next >> 56) as u8;
            }
        }
    }

    fn key(host: &Fixed, kind: &str) -> Key {
        match kind {
            "rsa" => generate(host, 2048).unwrap(),
            "p384" | "p521" => {
                // The number 1…1 on another curve, in the form of SEC 1.
                let (curve, size): (&[u8], _) =
                    if kind == "p384" { (b"\x2b\x81\x04\x00\x22", 48) } else { (b"\x2b\x81\x04\x00\x23", 66) };
                let number = der::element(der::OCTET_STRING, &vec![1; size]);
                let curve = der::element(0xa0, &der::element(der::OBJECT_IDENTIFIER, curve));
                let der = der::sequence(&[&der::integer(&[1]), &number, &curve]);
                Key::parse(pem::encode("EC PRIVATE KEY", &der).as_bytes()).unwrap()
            }
            kind => Key::generate(host, kind.as_bytes()).unwrap().unwrap(),
        }
    }

    /// Whether a signature is right, as the public key itself sees it.
    fn verify(kind: &str, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let halves = |size: usize| -> Vec<u8> {
            let numbers = Item::read(signature).unwrap().0.items(SEQUENCE).unwrap();
            numbers
                .flat_map(|item| {
                    let digits = item.content.strip_prefix(&[0]).unwrap_or(item.content);
                    [vec![0; size - digits.len()], digits.to_vec()].concat()
                })
                .collect()
        };
        match kind {
            "rsa" => rsa::PublicKey::from_pkcs1_der(key)
                .unwrap()
                .verify(rsa::Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
                .is_ok(),
            "ecdsa" => p256::ecdsa::VerifyingKey::from_sec1_bytes(key)
                .unwrap()
                .verify(message, &p256::ecdsa::Signature::from_slice(&halves(32)).unwrap())
                .is_ok(),
            "p384" => p384::ecdsa::VerifyingKey::from_sec1_bytes(key)
                .unwrap()
                .verify(message, &p384::ecdsa::Signature::from_slice(&halves(48)).unwrap())
                .is_ok(),
            "p521" => p521::ecdsa::VerifyingKey::from_sec1_bytes(key)
                .unwrap()
                .verify(message, &p521::ecdsa::Signature::from_slice(&halves(66)).unwrap())
                .is_ok(),
            _ => ed25519_dalek::VerifyingKey::from_bytes(key.try_into().unwrap())
                .unwrap()
                .verify(message, &ed25519_dalek::Signature::from_slice(signature).unwrap())
                .is_ok(),
        }
    }

    #[test]
    fn every_kind_of_key_signs_for_every_other() {
        let host = Fixed::new(7);
        let kinds = ["rsa", "ecdsa", "p384", "p521", "ed25519"];
        let name = Str::from("my-ca");
        for kind in kinds {
            let authority_key = key(&host, kind);
            let request = Request { name: &name, ips: Vec::new(), dns: Vec::new(), days: 365, authority: true };
            let authority = issue(&host, &request, &authority_key, None).unwrap();
            let signer = Signer::of(&authority).unwrap();
            assert_eq!(signer.parent.subject_key_id.len(), 20);
            let ips = Value::list([Value::from("10.0.0.1"), Value::from("::1")]);
            let dns = Value::list([Value::from("www.example.com")]);
            let leaf = Str::from("*.example.com");
            let request = Request::new(&leaf, ips.as_list().unwrap(), dns.as_list().unwrap(), 30).unwrap();
            for other in kinds.into_iter().filter(|other| *other == "ecdsa" || *other == kind) {
                let leaf_key = key(&host, other);
                let certificate = issue(&host, &request, &leaf_key, Some(&signer)).unwrap();
                assert!(Key::parse(&certificate.key).unwrap() == leaf_key);
                let (name, der) = pem::decode(&certificate.cert).unwrap();
                assert_eq!(name, "CERTIFICATE");
                assert!(der.windows(5).any(|window| window == b"my-ca"));
                assert!(der.windows(13).any(|window| window == b"240330130405Z"));
                let parts: Vec<Item> = Item::read(&der).unwrap().0.items(SEQUENCE).unwrap().collect();
                let [contents, algorithm, signature] = parts.as_slice() else { unreachable!() };
                assert_eq!(algorithm.whole, authority_key.signature_algorithm().unwrap());
                let signature = &signature.within(BIT_STRING).unwrap()[1..];
                let public_key = authority_key.public_key().unwrap();
                assert!(verify(kind, &public_key.bytes, contents.whole, signature), "{kind} for {other}");
                assert!(!verify(kind, &public_key.bytes, &contents.whole[1..], signature), "{kind} for {other}");
                assert_eq!(der::Parent::parse(&der).unwrap().public_key, leaf_key.public_key().unwrap().info());
            }
        }
    }

    #[test]
    fn keys_are_read_back() {
        let host = Fixed::new(11);
        for (kind, name) in [("rsa", "RSA"), ("ecdsa", "EC"), ("p384", "EC"), ("p521", "EC"), ("ed25519", "")] {
            let key = key(&host, kind);
            let text = key.to_pem().unwrap();
            assert!(text.starts_with(format!("-----BEGIN {name} PRIVATE KEY-----\n").replace("  ", " ").as_str()));
            assert!(Key::parse(text.as_bytes()).unwrap() == key, "{kind}");
        }
    }

    /// The answers are those of Helm 4.1.4.
    #[test]
    fn refusals() {
        for (pem, expected) in [
            ("bad", "no PEM data in input"),
            ("-----BEGIN X-----\nYQ==\n-----END X-----\n", "no private key data in PEM block of type X"),
            ("-----BEGIN X PRIVATE KEY-----\nYQ==\n-----END X PRIVATE KEY-----\n", "invalid private key type X"),
        ] {
            assert_eq!(Key::parse(pem.as_bytes()).unwrap_err(), expected);
        }
        assert_eq!(build_custom_cert("YQ==".into(), "YQ==".into()).unwrap_err(), "unable to decode certificate");
        let host = Fixed::new(13);
        let name = Str::from("a");
        let request = Request { name: &name, ips: Vec::new(), dns: Vec::new(), days: 1, authority: false };
        assert_eq!(
            issue(&host, &request, &Key::X25519, None).unwrap_err(),
            "error creating certificate: x509: certificate private key does not implement crypto.Signer"
        );
        let authority = issue(&host, &request, &key(&host, "ecdsa"), None).unwrap();
        let mut signer = Signer::of(&authority).unwrap();
        assert_eq!(
            issue(&host, &request, &Key::X25519, Some(&signer)).unwrap_err(),
            "error creating certificate: x509: unsupported public key type: *ecdh.PublicKey"
        );
        signer.key = key(&host, "ed25519");
        assert_eq!(
            issue(&host, &request, &key(&host, "ecdsa"), Some(&signer)).unwrap_err(),
            "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey"
        );
    }
}
