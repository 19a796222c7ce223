//! DSA keys, as Go's crypto/dsa makes them; they cannot sign anything here, nor in sprig.

use super::der::{self, INTEGER, Item, SEQUENCE};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Limb};
use crypto_primes::{Flavor, is_prime};
use rsa::rand_core::{Rng, TryCryptoRng};
use std::convert::Infallible;

/// The lengths that sprig asks for.
const P_BITS: u32 = 2048;
const Q_BITS: u32 = 256;

/// A private key with its parameters, each number in big-endian bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PrivateKey {
    p: Vec<u8>,
    q: Vec<u8>,
    g: Vec<u8>,
    y: Vec<u8>,
    x: Vec<u8>,
}

impl PrivateKey {
    /// As dsa.GenerateParameters with L2048N256, and dsa.GenerateKey.
    pub(super) fn generate(random: &mut impl TryCryptoRng<Error = Infallible>) -> Result<PrivateKey, String> {
        PrivateKey::try_generate(random).ok_or_else(|| "dsa: the parameters are not prime".to_owned())
    }

    fn try_generate(random: &mut impl TryCryptoRng<Error = Infallible>) -> Option<PrivateKey> {
        /// As GenerateParameters: how many numbers are tried for one divisor.
        const TRIES: usize = 4 * P_BITS as usize;
        let one = BoxedUint::one_with_precision(P_BITS);
        loop {
            let q = odd_number(random, Q_BITS);
            if !is_prime(Flavor::Any, &q) {
                continue;
            }
            let wide = BoxedUint::from_be_slice(&q.to_be_bytes(), P_BITS).ok()?;
            let double = wide.shl_vartime(1)?.to_nz().into_option()?;
            for _ in 0..TRIES {
                let candidate = odd_number(random, P_BITS);
                // One more than a multiple of q, and odd.
                let p = candidate.wrapping_sub(candidate.rem_vartime(&double)).wrapping_add(&one);
                if p.bit_width_vartime() == P_BITS && !has_small_divisor(&p) && is_prime(Flavor::Any, &p) {
                    return PrivateKey::with_parameters(random, &p, &q, &wide);
                }
            }
        }
    }

    /// The generator and the key itself.
    fn with_parameters(
        random: &mut impl TryCryptoRng<Error = Infallible>,
        p: &BoxedUint,
        q: &BoxedUint,
        wide: &BoxedUint,
    ) -> Option<PrivateKey> {
        let field = BoxedMontyParams::new_vartime(p.to_odd().into_option()?);
        let power =
            |base: &BoxedUint, exponent: &BoxedUint| BoxedMontyForm::new(base.clone(), &field).pow(exponent).retrieve();
        let one = BoxedUint::one_with_precision(P_BITS);
        let cofactor = p.wrapping_sub(&one).wrapping_div_vartime(&wide.to_nz().into_option()?);
        let mut base = one.clone();
        let g = loop {
            base = base.wrapping_add(&one);
            let g = power(&base, &cofactor);
            if g != one {
                break g;
            }
        };
        let x = loop {
            let x = number(random, Q_BITS);
            if x < *q && x.bit_width_vartime() > 0 {
                break x;
            }
        };
        let y = power(&g, &x);
        let [p, q, g, y, x] = [p, q, &g, &y, &x].map(|number| number.to_be_bytes().into_vec());
        Some(PrivateKey { p, q, g, y, x })
    }

    /// As asn1.Marshal of sprig's DSAKeyFormat, which is also OpenSSL's form.
    pub(super) fn to_der(&self) -> Vec<u8> {
        let numbers = [&self.p, &self.q, &self.g, &self.y, &self.x];
        let numbers: Vec<Vec<u8>> = numbers.into_iter().map(|number| der::integer(number)).collect();
        der::sequence(&[&der::integer(&[0]), &numbers.concat()])
    }

    /// Reads that form.
    pub(super) fn parse(der: &[u8]) -> Option<PrivateKey> {
        let mut items = Item::read(der)?.0.items(SEQUENCE)?;
        let mut number = || items.next()?.within(INTEGER).map(<[u8]>::to_vec);
        number()?;
        Some(PrivateKey { p: number()?, q: number()?, g: number()?, y: number()?, x: number()? })
    }
}

fn number(random: &mut impl TryCryptoRng<Error = Infallible>, bits: u32) -> BoxedUint {
    let mut bytes = vec![0; bits as usize / 8];
    random.fill_bytes(&mut bytes);
    BoxedUint::from_be_slice_truncated(&bytes, bits)
}

/// A random odd number of exactly so many bits.
fn odd_number(random: &mut impl TryCryptoRng<Error = Infallible>, bits: u32) -> BoxedUint {
    let mut bytes = vec![0; bits as usize / 8];
    random.fill_bytes(&mut bytes);
    if let [first, .., last] = bytes.as_mut_slice() {
        *first |= 0x80;
        *last |= 1;
    }
    BoxedUint::from_be_slice_truncated(&bytes, bits)
}

/// Whether a small odd number divides this one, which is known much sooner than whether it is prime:
/// six of seven candidates go this way.
fn has_small_divisor(number: &BoxedUint) -> bool {
    (3..2000_u32).step_by(2).any(|divisor| {
        let divisor = Limb::from_u32(divisor).to_nz().into_option();
        divisor.is_some_and(|divisor| number.rem_limb(divisor) == Limb::ZERO)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::certificates::key::HostRandom;
    use crate::functions::certificates::tests::Fixed;

    /// What OpenSSL checks of a DSA key.
    #[test]
    fn the_numbers_belong_together() {
        let key = PrivateKey::generate(&mut HostRandom(&Fixed::new(3))).unwrap();
        let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, P_BITS).unwrap();
        let [p, q, g, y, x] = [&key.p, &key.q, &key.g, &key.y, &key.x].map(|bytes| number(bytes));
        let one = BoxedUint::one_with_precision(P_BITS);
        assert!(is_prime(Flavor::Any, &p) && is_prime(Flavor::Any, &number(&key.q)));
        assert_eq!((p.bit_width_vartime(), q.bit_width_vartime()), (P_BITS, Q_BITS));
        assert!(p.wrapping_sub(&one).rem_vartime(&q.to_nz().unwrap()).bit_width_vartime() == 0);
        let field = BoxedMontyParams::new_vartime(p.to_odd().unwrap());
        let power = |exponent: &BoxedUint| BoxedMontyForm::new(g.clone(), &field).pow(exponent).retrieve();
        assert_eq!(power(&q), one);
        assert_eq!(power(&x), y);
        assert!(x < q && g != one);
        assert_eq!(PrivateKey::parse(&key.to_der()).unwrap().to_der(), key.to_der());
    }
}
