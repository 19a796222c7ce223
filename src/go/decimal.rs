//! Decimal arithmetic as `github.com/shopspring/decimal` v1.4.0 does it, which sprig's `addf` and its like go through.

use super::strconv;
use std::cmp::Ordering;

/// How many digits after the point a quotient has.
const DIVISION_PRECISION: i32 = 16;

/// The digits of one limb are those of a number below this.
const BASE: u64 = 1_000_000_000;
const BASE_DIGITS: u32 = 9;

/// A decimal number: a sign, an integer and a power of ten.
#[derive(Clone, Debug)]
pub struct Decimal {
    negative: bool,
    /// In base 10⁹, least significant first, without zeros at the top.
    limbs: Vec<u32>,
    exponent: i32,
}

impl Decimal {
    /// As `decimal.NewFromFloat`: the fewest digits that read back as this float. Infinities and NaN are errors.
    pub fn new(float: f64) -> Result<Decimal, String> {
        if !float.is_finite() {
            let name = if float.is_nan() { "NaN" } else { ["+Inf", "-Inf"][usize::from(float < 0.0)] };
            return Err(format!("Cannot create a Decimal from {name}"));
        }
        let text = strconv::format_float(float.abs(), b'e', None, 64);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // The shortest form has at most 17 digits.
        let digits = format!("{whole}{fraction}").parse::<u64>().unwrap_or(0);
        let exponent = exponent.parse::<i32>().unwrap_or(0) - fraction.len() as i32;
        let mut limbs = vec![(digits % BASE) as u32, (digits / BASE) as u32];
        trim(&mut limbs);
        let exponent = if limbs.is_empty() { 0 } else { exponent };
        Ok(Decimal { negative: float < 0.0 && !limbs.is_empty(), limbs, exponent })
    }

    /// As `Decimal.Float64`: the nearest float.
    pub fn to_f64(&self) -> f64 {
        let Some((top, rest)) = self.limbs.split_last() else { return 0.0 };
        let mut text = String::with_capacity(self.limbs.len() * BASE_DIGITS as usize + 16);
        text.push_str(if self.negative { "-" } else { "" });
        text.push_str(&top.to_string());
        for limb in rest.iter().rev() {
            text.push_str(&format!("{limb:09}"));
        }
        text.push('e');
        text.push_str(&self.exponent.to_string());
        text.parse().unwrap_or(0.0)
    }

    /// The exact sum.
    #[must_use]
    pub fn add(&self, other: &Decimal) -> Decimal {
        let exponent = self.exponent.min(other.exponent);
        let scaled = |number: &Decimal| times_power_of_ten(&number.limbs, number.exponent.abs_diff(exponent));
        let (one, two) = (scaled(self), scaled(other));
        let (negative, limbs) = if self.negative == other.negative {
            (self.negative, sum(&one, &two))
        } else if compare(&one, &two) == Ordering::Less {
            (other.negative, difference(&two, &one))
        } else {
            (self.negative, difference(&one, &two))
        };
        Decimal { negative: negative && !limbs.is_empty(), limbs, exponent }
    }

    /// The exact difference.
    #[must_use]
    pub fn sub(&self, other: &Decimal) -> Decimal {
        self.add(&Decimal { negative: !other.negative, ..other.clone() })
    }

    /// The exact product.
    #[must_use]
    pub fn mul(&self, other: &Decimal) -> Decimal {
        let limbs = product(&self.limbs, &other.limbs);
        let negative = self.negative != other.negative && !limbs.is_empty();
        Decimal { negative, limbs, exponent: self.exponent.saturating_add(other.exponent) }
    }

    /// As `Decimal.Div`: rounded to 16 digits after the point, halves away from zero.
    pub fn div(&self, other: &Decimal) -> Result<Decimal, String> {
        if other.limbs.is_empty() {
            return Err("decimal division by 0".to_owned());
        }
        let shift = self.exponent.saturating_sub(other.exponent).saturating_add(DIVISION_PRECISION);
        let scale =
            |limbs: &[u32], wanted: bool| times_power_of_ten(limbs, if wanted { shift.unsigned_abs() } else { 0 });
        let (numerator, divisor) = (scale(&self.limbs, shift > 0), scale(&other.limbs, shift < 0));
        let (mut limbs, remainder) = quotient(&numerator, &divisor);
        if compare(&sum(&remainder, &remainder), &divisor) != Ordering::Less {
            limbs = sum(&limbs, &[1]);
        }
        let negative = self.negative != other.negative && !limbs.is_empty();
        Ok(Decimal { negative, limbs, exponent: -DIVISION_PRECISION })
    }
}

fn trim(limbs: &mut Vec<u32>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}

fn compare(one: &[u32], other: &[u32]) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.iter().rev().cmp(other.iter().rev()))
}

fn sum(one: &[u32], other: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(one.len().max(other.len()) + 1);
    let mut carry = 0;
    for at in 0..one.len().max(other.len()) {
        let digit = u64::from(*one.get(at).unwrap_or(&0)) + u64::from(*other.get(at).unwrap_or(&0)) + carry;
        out.push((digit % BASE) as u32);
        carry = digit / BASE;
    }
    out.push(carry as u32);
    trim(&mut out);
    out
}

/// `larger` minus `smaller`, which is not larger.
fn difference(larger: &[u32], smaller: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(larger.len());
    let mut borrow = 0;
    for (at, &limb) in larger.iter().enumerate() {
        let taken = u64::from(*smaller.get(at).unwrap_or(&0)) + borrow;
        borrow = u64::from(u64::from(limb) < taken);
        out.push((u64::from(limb) + borrow * BASE - taken) as u32);
    }
    trim(&mut out);
    out
}

fn product(one: &[u32], other: &[u32]) -> Vec<u32> {
    let mut out = vec![0; one.len() + other.len()];
    for (at, &a) in one.iter().enumerate() {
        let mut carry = 0;
        for (offset, slot) in out[at..].iter_mut().enumerate() {
            let b = *other.get(offset).unwrap_or(&0);
            let digit = u64::from(*slot) + u64::from(a) * u64::from(b) + carry;
            *slot = (digit % BASE) as u32;
            carry = digit / BASE;
            if offset >= other.len() && carry == 0 {
                break;
            }
        }
    }
    trim(&mut out);
    out
}

fn times_power_of_ten(limbs: &[u32], power: u32) -> Vec<u32> {
    if limbs.is_empty() || power == 0 {
        return limbs.to_vec();
    }
    let mut out = vec![0; (power / BASE_DIGITS) as usize];
    out.extend(product(limbs, &[10_u32.pow(power % BASE_DIGITS)]));
    out
}

/// Quotient and remainder, limb by limb from the top; the divisor is not zero.
fn quotient(numerator: &[u32], divisor: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut out = vec![0; numerator.len()];
    let mut remainder: Vec<u32> = Vec::with_capacity(divisor.len() + 1);
    for (at, &limb) in numerator.iter().enumerate().rev() {
        remainder.insert(0, limb);
        trim(&mut remainder);
        // The largest digit whose multiple of the divisor still fits.
        let (mut low, mut high) = (0, BASE as u32 - 1);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if compare(&product(divisor, &[middle]), &remainder) == Ordering::Greater {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        if low > 0 {
            remainder = difference(&remainder, &product(divisor, &[low]));
        }
        out[at] = low;
    }
    trim(&mut out);
    (out, remainder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(float: f64) -> Decimal {
        Decimal::new(float).expect("the test's floats are finite")
    }

    #[test]
    fn exact_in_decimal() {
        for (got, want) in [
            (decimal(0.1).add(&decimal(0.2)), 0.3),
            (decimal(1.1).sub(&decimal(1.1)), 0.0),
            (decimal(1.0).sub(&decimal(2.5)), -1.5),
            (decimal(1e308).add(&decimal(5e-324)), 1e308),
            (decimal(1e22).add(&decimal(-1e-7)), 1e22),
            (decimal(1.1).mul(&decimal(-1.1)), -1.21),
            (decimal(1e308).mul(&decimal(10.0)), f64::INFINITY),
            (decimal(5e-324).mul(&decimal(0.4)), 0.0),
            (decimal(-0.0).add(&decimal(0.0)), 0.0),
            (decimal(123_456_789.123_456_79).mul(&decimal(1e9)), 123_456_789_123_456_790.0),
        ] {
            assert_eq!(got.to_f64(), want, "{got:?}");
        }
    }

    #[test]
    fn quotients_are_rounded_to_sixteen_places() {
        for (one, other, want) in [
            (2.0, 3.0, 0.666_666_666_666_666_7),
            (20_000.0, 3.0, 6_666.666_666_666_667),
            (2.0, 30_000.0, 0.000_066_666_666_666_7),
            (-1.0, 3.0, -0.333_333_333_333_333_3),
            (1.0, 1e20, 0.0),
            (5.0, 1e17, 1e-16),
            (-5.0, 1e17, -1e-16),
            (4.9, 1e17, 0.0),
            (1e300, 1e-300, f64::INFINITY),
            (1e300, 7e-5, 1.428_571_428_571_428_5e304),
        ] {
            assert_eq!(decimal(one).div(&decimal(other)).map(|q| q.to_f64()), Ok(want), "{one} / {other}");
        }
        assert_eq!(decimal(1.0).div(&decimal(0.0)).err().as_deref(), Some("decimal division by 0"));
        assert_eq!(Decimal::new(f64::NEG_INFINITY).err().as_deref(), Some("Cannot create a Decimal from -Inf"));
    }
}
