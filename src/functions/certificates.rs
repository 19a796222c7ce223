//! Keys and certificates: the second half of sprig's crypto.go.
//!
//! Only RSA keys so far: the other types that sprig knows (`dsa`, `ecdsa`, `ed25519`) are refused by name.

use crate::function;
use crate::go::{Field, Kind, List, Object, ObjectType, Str, Type, Value, base64, fmt};
use crate::host::Host;
use crate::template::error::Error;
use crate::template::function::{Argument, Caller, Function, Return};
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::{Pkcs1v15Sign, PrivateKey};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::net::IpAddr;
use std::rc::Rc;

mod der;

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function!("buildCustomCert", build_custom_cert),
    function!("genCA", gen_ca),
    function!("genCAWithKey", gen_ca_with_key),
    function!("genPrivateKey", gen_private_key),
    function!("genSelfSignedCert", gen_self_signed_cert),
    function!("genSelfSignedCertWithKey", gen_self_signed_cert_with_key),
    function!("genSignedCert", gen_signed_cert),
    function!("genSignedCertWithKey", gen_signed_cert_with_key),
];

/// `{{ genPrivateKey "rsa" }}` is a new key of 4096 bits in PEM.
fn gen_private_key(caller: &mut dyn Caller, kind: Str) -> Result<String, String> {
    match kind.as_bytes() {
        b"" | b"rsa" => key_pem(&generate(caller.host(), 4096)?),
        b"dsa" | b"ecdsa" | b"ed25519" => Err(format!("keys of type {kind} are not supported yet")),
        _ => Ok(format!("Unknown type {kind}")),
    }
}

/// `{{ (buildCustomCert (b64enc $cert) (b64enc $key)).Cert }}` is `$cert`, after a check of both.
fn build_custom_cert(certificate: Str, key: Str) -> Result<Certificate, String> {
    let cert = base64::decode(&certificate).map_err(|_| "unable to decode base64 certificate")?;
    let key = base64::decode(&key).map_err(|_| "unable to decode base64 private key")?;
    let (_, der) = decode_pem(&cert).ok_or("unable to decode certificate")?;
    der::Parent::parse(&der).map_err(|error| format!("error parsing certificate: decodedCert.Bytes: {error}"))?;
    parse_key(&key).map_err(|error| format!("error parsing private key: {error}"))?;
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

fn authority(caller: &dyn Caller, name: &Str, days: i64, key: &PrivateKey) -> Result<Certificate, String> {
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
    fields: &[
        Field { name: "Cert", json: "Cert", omit_empty: false, ty: Type::String },
        Field { name: "Key", json: "Key", omit_empty: false, ty: Type::String },
    ],
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
    fn into_result(self) -> Result<Value, Error> {
        Ok(Value::Object(Rc::new(self)))
    }
}

/// Randomness of the host for key generation.
struct HostRandom<'a>(&'a dyn Host);

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

fn generate(host: &dyn Host, bits: usize) -> Result<PrivateKey, String> {
    PrivateKey::new(&mut HostRandom(host), bits).map_err(|error| format!("error generating rsa key: {error}"))
}

fn key_pem(key: &PrivateKey) -> Result<String, String> {
    let der = key.to_pkcs1_der().map_err(|error| format!("error pem-encoding key: {error}"))?;
    Ok(encode_pem("RSA PRIVATE KEY", der.as_bytes()))
}

fn given_key(pem: &Str) -> Result<PrivateKey, String> {
    parse_key(pem).map_err(|error| format!("parsing private key: {error}"))
}

/// As parsePrivateKeyPEM; what the parsers of Go say of a key that is not well-formed is not imitated.
fn parse_key(pem: &[u8]) -> Result<PrivateKey, String> {
    let (kind, der) = decode_pem(pem).ok_or("no PEM data in input")?;
    if kind == "PRIVATE KEY" {
        return PrivateKey::from_pkcs8_der(&der).map_err(|error| format!("decoding PEM as PKCS#8: {error}"));
    }
    match kind.strip_suffix(" PRIVATE KEY") {
        Some("RSA") => {
            PrivateKey::from_pkcs1_der(&der).map_err(|error| format!("parsing RSA private key from PEM: {error}"))
        }
        Some(kind @ ("EC" | "DSA")) => Err(format!("keys of type {kind} are not supported yet")),
        Some(kind) => Err(format!("invalid private key type {kind}")),
        None => Err(format!("no private key data in PEM block of type {kind}")),
    }
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
    key: PrivateKey,
}

impl Signer {
    fn of(authority: &Certificate) -> Result<Signer, String> {
        let (_, der) = decode_pem(&authority.cert).ok_or("unable to decode certificate")?;
        let parent = der::Parent::parse(&der)
            .map_err(|error| format!("error parsing certificate: decodedSignerCert.Bytes: {error}"))?;
        let key = parse_key(&authority.key).map_err(|error| format!("error parsing private key: {error}"))?;
        Ok(Signer { parent, key })
    }
}

/// As getCertAndKey and x509.CreateCertificate: signed by `signer`, or by its own key.
fn issue(host: &dyn Host, request: &Request, key: &PrivateKey, signer: Option<&Signer>) -> Result<Certificate, String> {
    let failed = |error: String| format!("error creating certificate: {error}");
    let mut serial = [0; 16];
    host.random(&mut serial);
    let public_key = key.as_public_key().to_pkcs1_der().map_err(|error| failed(error.to_string()))?;
    if let Some(Signer { parent, key }) = signer {
        let signing = key.as_public_key().to_pkcs1_der().map_err(|error| failed(error.to_string()))?;
        if parent.public_key != der::public_key_info(signing.as_bytes()) {
            return Err(failed("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned()));
        }
    }
    let (now, _) = host.now();
    let contents = der::Contents {
        serial: &serial,
        parent: signer.map(|signer| &signer.parent),
        name: request.name,
        not_before: now,
        not_after: now.saturating_add(request.days.wrapping_mul(24 * 3600)),
        public_key: public_key.as_bytes(),
        ips: &request.ips,
        dns: &request.dns,
        authority: request.authority,
    };
    let to_be_signed = contents.encode().map_err(failed)?;
    let digest = Sha256::digest(&to_be_signed);
    let signing_key = signer.map_or(key, |signer| &signer.key);
    let signature =
        signing_key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest).map_err(|error| failed(error.to_string()))?;
    let certificate = der::signed(&to_be_signed, &signature);
    Ok(Certificate { cert: encode_pem("CERTIFICATE", &certificate).into(), key: key_pem(key)?.into() })
}

/// As pem.Encode: lines of 64 characters.
fn encode_pem(kind: &str, der: &[u8]) -> String {
    let mut pem = format!("-----BEGIN {kind}-----\n");
    for line in base64::encode(der).chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {kind}-----\n"));
    pem
}

/// As pem.Decode: the type and the content of the first block that is well-formed.
fn decode_pem(text: &[u8]) -> Option<(String, Vec<u8>)> {
    /// Each attempt looks at the whole rest, so that there must be an end to them.
    const ATTEMPTS: usize = 100;
    let text = std::str::from_utf8(text).ok()?;
    let mut lines = text.lines().map(str::trim_end);
    for _ in 0..ATTEMPTS {
        let kind = lines.find_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))?;
        let end = format!("-----END {kind}-----");
        let mut rest = lines.clone();
        // Headers such as `Proc-Type: …` may stand before the body.
        let body: String = rest.by_ref().take_while(|line| *line != end).filter(|line| !line.contains(':')).collect();
        if let (true, Ok(content)) = (lines.clone().any(|line| line == end), base64::decode(body.as_bytes())) {
            return Some((kind.to_owned(), content));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    struct Fixed(Cell<u64>);

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

    #[test]
    fn a_signed_certificate_names_its_authority() {
        let host = Fixed(Cell::new(7));
        let key = generate(&host, 2048).unwrap();
        let (ca, name) = (Str::from("my-ca"), Str::from("*.example.com"));
        let request = Request { name: &ca, ips: Vec::new(), dns: Vec::new(), days: 365, authority: true };
        let authority = issue(&host, &request, &key, None).unwrap();
        let signer = Signer::of(&authority).unwrap();
        assert_eq!(signer.parent.subject_key_id.len(), 20);
        let ips = Value::list([Value::from("10.0.0.1"), Value::from("::1")]);
        let dns = Value::list([Value::from("www.example.com")]);
        let request = Request::new(&name, ips.as_list().unwrap(), dns.as_list().unwrap(), 30).unwrap();
        let certificate = issue(&host, &request, &key, Some(&signer)).unwrap();
        let (kind, der) = decode_pem(&certificate.cert).unwrap();
        assert_eq!(kind, "CERTIFICATE");
        assert!(der.windows(5).any(|window| window == b"my-ca"));
        assert!(der.windows(13).any(|window| window == b"240330130405Z"));
        assert!(parse_key(&certificate.key).unwrap() == key);
    }

    #[test]
    fn refusals() {
        for (pem, expected) in [
            ("bad", "no PEM data in input"),
            ("-----BEGIN X-----\nYQ==\n-----END X-----\n", "no private key data in PEM block of type X"),
            ("-----BEGIN X PRIVATE KEY-----\nYQ==\n-----END X PRIVATE KEY-----\n", "invalid private key type X"),
        ] {
            assert_eq!(parse_key(pem.as_bytes()).unwrap_err(), expected);
        }
        assert_eq!(build_custom_cert("YQ==".into(), "YQ==".into()).unwrap_err(), "unable to decode certificate");
    }
}
