//! Numbers to text, digit for digit as Go writes them.

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// As `strconv.AppendInt`. A base outside 2 to 36 counts as 10.
pub fn append_int(out: &mut Vec<u8>, value: i64, base: u32) {
    if value < 0 {
        out.push(b'-');
    }
    append_uint(out, value.unsigned_abs(), base);
}

/// Appends an unsigned number.
pub fn append_uint(out: &mut Vec<u8>, value: u64, base: u32) {
    // A division by a number that the compiler knows is a multiplication.
    match base {
        2..=9 | 11..=36 => append_digits(out, value, u64::from(base)),
        _ => append_digits(out, value, 10),
    }
}

#[inline(always)]
fn append_digits(out: &mut Vec<u8>, mut value: u64, base: u64) {
    let mut digits = [0; 64];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = DIGITS[(value % base) as usize];
        value /= base;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// As `strconv.FormatFloat`: `format` is one of `b e E f g G x X`; no precision means as many digits as needed.
/// `bits` is 32 or 64.
pub fn format_float(value: f64, format: u8, precision: Option<usize>, bits: u32) -> String {
    let mut out = Vec::new();
    append_float(&mut out, value, format, precision, bits);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends [`format_float`].
pub fn append_float(out: &mut Vec<u8>, value: f64, format: u8, precision: Option<usize>, bits: u32) {
    let value = if bits == 32 { f64::from(value as f32) } else { value };
    // Below this the shortest form of an integer is all of its digits.
    let whole = match (format, precision) {
        (b'f', None) if bits == 64 => EXACT,
        (b'f' | b'g', None) => SHORT,
        _ => 0.0,
    };
    if value.abs() < whole && value.fract() == 0.0 && (value != 0.0 || value.is_sign_positive()) {
        return append_int(out, value as i64, 10);
    }
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    match format {
        b'b' => append_binary(out, value, bits),
        b'x' | b'X' => append_hexadecimal(out, value, format, precision),
        b'e' | b'E' => {
            let decimal = match precision {
                None => Decimal::shortest(value, bits),
                Some(precision) => Decimal::rounded(value, precision.saturating_add(1)),
            };
            decimal.append_exponential(out, precision.unwrap_or(decimal.digits.len().saturating_sub(1)), format);
        }
        b'f' => match precision {
            None => {
                let decimal = Decimal::shortest(value, bits);
                let fraction = decimal.digits.len() as i64 - decimal.point;
                decimal.append_fixed(out, usize::try_from(fraction).unwrap_or(0));
            }
            Some(precision) => append_fixed(out, value, precision),
        },
        b'g' | b'G' => append_general(out, value, format, precision, bits),
        _ => out.extend_from_slice(&[b'%', format]),
    }
}

/// Below this every integer is a float64 of its own.
pub const EXACT: f64 = 9_007_199_254_740_992.0;

/// Below this the shortest form of an integer has no exponent.
const SHORT: f64 = 1e6;

/// No float64 has more decimal digits than this on either side of its point: what follows is zeros.
const MOST_DIGITS: usize = 1100;

fn append_fixed(out: &mut Vec<u8>, value: f64, precision: usize) {
    let exact = precision.min(MOST_DIGITS);
    out.extend_from_slice(format!("{value:.exact$}").as_bytes());
    out.extend(std::iter::repeat_n(b'0', precision - exact));
}

fn append_general(out: &mut Vec<u8>, value: f64, format: u8, precision: Option<usize>, bits: u32) {
    let decimal = match precision {
        None => Decimal::shortest(value, bits),
        Some(precision) => Decimal::rounded(value, precision.max(1)),
    };
    let digits = decimal.digits.len();
    let precision = match precision {
        None => digits,
        Some(0) if value != 0.0 => 1,
        Some(precision) => precision,
    };
    // The exponent from which on the exponential form is used: the precision, but 6 for the shortest form.
    let threshold = match () {
        () if decimal.shortest => 6,
        () if precision > digits && digits as i64 >= decimal.point => digits as i64,
        () => precision as i64,
    };
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= threshold {
        let fraction = precision.min(digits).saturating_sub(1);
        return decimal.append_exponential(out, fraction, format + b'e' - b'g');
    }
    let precision = if precision as i64 > decimal.point { digits } else { precision };
    decimal.append_fixed(out, usize::try_from(precision as i64 - decimal.point).unwrap_or(0));
}

/// `0.d1d2d3… * 10^point`, without trailing zeros; no digits are zero.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
    shortest: bool,
}

impl Decimal {
    /// The fewest digits that read back as the same number.
    fn shortest(value: f64, bits: u32) -> Decimal {
        let text = if bits == 32 { format!("{:e}", value as f32) } else { format!("{value:e}") };
        let mut decimal = Decimal::parse(&text);
        // Halfway between two texts that both read back, Go takes the even one and Rust the larger one. Only texts of
        // 16 and 17 digits lie so close together, apart from those of the smallest numbers.
        if bits == 64 && (decimal.digits.len() >= 16 || value < f64::MIN_POSITIVE) {
            let fraction = decimal.digits.len().saturating_sub(1);
            let even = format!("{value:.fraction$e}");
            if even.parse() == Ok(value) {
                decimal = Decimal::parse(&even);
            }
        }
        Decimal { shortest: true, ..decimal }
    }

    /// That many digits, rounded half to even.
    fn rounded(value: f64, digits: usize) -> Decimal {
        let fraction = digits.clamp(1, MOST_DIGITS) - 1;
        Decimal::parse(&format!("{value:.fraction$e}"))
    }

    /// Rust's exponential form, `d.ddde-d`.
    fn parse(text: &str) -> Decimal {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(|&byte| byte != b'.').collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() { 0 } else { exponent.parse::<i64>().unwrap_or(0) + 1 };
        Decimal { digits, point, shortest: false }
    }

    /// `d.ddde+dd` with `precision` digits after the point.
    fn append_exponential(&self, out: &mut Vec<u8>, precision: usize, letter: u8) {
        out.push(self.digits.first().copied().unwrap_or(b'0'));
        if precision > 0 {
            out.push(b'.');
            let fraction = self.digits.get(1..).unwrap_or_default();
            let fraction = &fraction[..fraction.len().min(precision)];
            out.extend_from_slice(fraction);
            out.extend(std::iter::repeat_n(b'0', precision - fraction.len()));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        out.push(letter);
        append_exponent(out, exponent);
    }

    /// `ddd.ddd` with `precision` digits after the point.
    fn append_fixed(&self, out: &mut Vec<u8>, precision: usize) {
        let digit =
            |place: i64| usize::try_from(place).ok().and_then(|place| self.digits.get(place)).copied().unwrap_or(b'0');
        if self.point > 0 {
            out.extend((0..self.point).map(digit));
        } else {
            out.push(b'0');
        }
        if precision > 0 {
            out.push(b'.');
            out.extend((0..precision as i64).map(|place| digit(self.point + place)));
        }
    }
}

/// Sign and at least two digits.
fn append_exponent(out: &mut Vec<u8>, exponent: i64) {
    out.push(if exponent < 0 { b'-' } else { b'+' });
    let exponent = exponent.unsigned_abs();
    if exponent < 10 {
        out.push(b'0');
    }
    append_uint(out, exponent, 10);
}

/// The mantissa as an integer and the exponent of its lowest bit, with the number of bits after the first.
fn parts(value: f64, bits: u32) -> (u64, i64, u32) {
    if bits == 32 {
        let raw = (value as f32).to_bits();
        let (field, fraction) = (i64::from(raw >> 23 & 0xff), u64::from(raw & 0x7f_ffff));
        if field == 0 { (fraction, -149, 23) } else { (fraction | 1 << 23, field - 150, 23) }
    } else {
        let raw = value.to_bits();
        let (field, fraction) = ((raw >> 52 & 0x7ff) as i64, raw & ((1 << 52) - 1));
        if field == 0 { (fraction, -1074, 52) } else { (fraction | 1 << 52, field - 1075, 52) }
    }
}

/// `ddddp±ddd`.
fn append_binary(out: &mut Vec<u8>, value: f64, bits: u32) {
    let (mantissa, exponent, _) = parts(value, bits);
    append_uint(out, mantissa, 10);
    out.push(b'p');
    if exponent >= 0 {
        out.push(b'+');
    }
    append_int(out, exponent, 10);
}

/// `0x1.yyyyp±dd`. The value of a float32 is exact as a float64 and normalised alike.
fn append_hexadecimal(out: &mut Vec<u8>, value: f64, format: u8, precision: Option<usize>) {
    let (mantissa, exponent, _) = parts(value, 64);
    // The leading one goes to bit 60, so that four bits at a time follow it.
    let mut exponent = exponent + 52;
    let mut mantissa = mantissa << 8;
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros().saturating_sub(3);
        mantissa <<= shift;
        exponent -= i64::from(shift);
    }
    if let Some(precision) = precision.filter(|&precision| precision < 15) {
        let shift = 4 * precision;
        let extra = mantissa << shift & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    out.extend_from_slice(&[b'0', format, b'0' + (mantissa >> 60 & 1) as u8]);
    let digits: &[u8; 16] = if format == b'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let mut fraction = mantissa << 4;
    let mut left = precision.unwrap_or(if fraction == 0 { 0 } else { 16 - fraction.trailing_zeros() as usize / 4 });
    if left > 0 {
        out.push(b'.');
    }
    while left > 0 {
        out.push(digits[(fraction >> 60 & 15) as usize]);
        fraction <<= 4;
        left -= 1;
    }
    out.push(if format == b'X' { b'P' } else { b'p' });
    append_exponent(out, exponent);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results are what Go 1.26 gives.
    #[test]
    fn floats_as_in_go() {
        let cases: &[(f64, u8, Option<usize>, &str)] = &[
            (0e+00, b'e', None, "0e+00"),
            (0e+00, b'f', None, "0"),
            (0e+00, b'g', None, "0"),
            (0e+00, b'e', Some(0), "0e+00"),
            (0e+00, b'f', Some(0), "0"),
            (0e+00, b'g', Some(3), "0"),
            (0e+00, b'f', Some(3), "0.000"),
            (0e+00, b'x', None, "0x0p+00"),
            (0e+00, b'X', Some(2), "0X0.00P+00"),
            (0e+00, b'b', None, "0p-1074"),
            (1e+00, b'e', None, "1e+00"),
            (1e+00, b'f', None, "1"),
            (1e+00, b'g', None, "1"),
            (1e+00, b'e', Some(0), "1e+00"),
            (1e+00, b'f', Some(0), "1"),
            (1e+00, b'g', Some(3), "1"),
            (1e+00, b'f', Some(3), "1.000"),
            (1e+00, b'x', None, "0x1p+00"),
            (1e+00, b'X', Some(2), "0X1.00P+00"),
            (1e+00, b'b', None, "4503599627370496p-52"),
            (5e-01, b'e', None, "5e-01"),
            (5e-01, b'f', None, "0.5"),
            (5e-01, b'g', None, "0.5"),
            (5e-01, b'e', Some(0), "5e-01"),
            (5e-01, b'f', Some(0), "0"),
            (5e-01, b'g', Some(3), "0.5"),
            (5e-01, b'f', Some(3), "0.500"),
            (5e-01, b'x', None, "0x1p-01"),
            (5e-01, b'X', Some(2), "0X1.00P-01"),
            (5e-01, b'b', None, "4503599627370496p-53"),
            (2.5e+00, b'e', None, "2.5e+00"),
            (2.5e+00, b'f', None, "2.5"),
            (2.5e+00, b'g', None, "2.5"),
            (2.5e+00, b'e', Some(0), "2e+00"),
            (2.5e+00, b'f', Some(0), "2"),
            (2.5e+00, b'g', Some(3), "2.5"),
            (2.5e+00, b'f', Some(3), "2.500"),
            (2.5e+00, b'x', None, "0x1.4p+01"),
            (2.5e+00, b'X', Some(2), "0X1.40P+01"),
            (2.5e+00, b'b', None, "5629499534213120p-51"),
            (1.25e-01, b'e', None, "1.25e-01"),
            (1.25e-01, b'f', None, "0.125"),
            (1.25e-01, b'g', None, "0.125"),
            (1.25e-01, b'e', Some(0), "1e-01"),
            (1.25e-01, b'f', Some(0), "0"),
            (1.25e-01, b'g', Some(3), "0.125"),
            (1.25e-01, b'f', Some(3), "0.125"),
            (1.25e-01, b'x', None, "0x1p-03"),
            (1.25e-01, b'X', Some(2), "0X1.00P-03"),
            (1.25e-01, b'b', None, "4503599627370496p-55"),
            (1e+06, b'e', None, "1e+06"),
            (1e+06, b'f', None, "1000000"),
            (1e+06, b'g', None, "1e+06"),
            (1e+06, b'e', Some(0), "1e+06"),
            (1e+06, b'f', Some(0), "1000000"),
            (1e+06, b'g', Some(3), "1e+06"),
            (1e+06, b'f', Some(3), "1000000.000"),
            (1e+06, b'x', None, "0x1.e848p+19"),
            (1e+06, b'X', Some(2), "0X1.E8P+19"),
            (1e+06, b'b', None, "8589934592000000p-33"),
            (1e+21, b'e', None, "1e+21"),
            (1e+21, b'f', None, "1000000000000000000000"),
            (1e+21, b'g', None, "1e+21"),
            (1e+21, b'e', Some(0), "1e+21"),
            (1e+21, b'f', Some(0), "1000000000000000000000"),
            (1e+21, b'g', Some(3), "1e+21"),
            (1e+21, b'f', Some(3), "1000000000000000000000.000"),
            (1e+21, b'x', None, "0x1.b1ae4d6e2ef5p+69"),
            (1e+21, b'X', Some(2), "0X1.B2P+69"),
            (1e+21, b'b', None, "7629394531250000p+17"),
            (1.23456789e+08, b'e', None, "1.23456789e+08"),
            (1.23456789e+08, b'f', None, "123456789"),
            (1.23456789e+08, b'g', None, "1.23456789e+08"),
            (1.23456789e+08, b'e', Some(0), "1e+08"),
            (1.23456789e+08, b'f', Some(0), "123456789"),
            (1.23456789e+08, b'g', Some(3), "1.23e+08"),
            (1.23456789e+08, b'f', Some(3), "123456789.000"),
            (1.23456789e+08, b'x', None, "0x1.d6f3454p+26"),
            (1.23456789e+08, b'X', Some(2), "0X1.D7P+26"),
            (1.23456789e+08, b'b', None, "8285044862877696p-26"),
            (5e-324, b'e', None, "5e-324"),
            (5e-324, b'g', None, "5e-324"),
            (5e-324, b'e', Some(0), "5e-324"),
            (5e-324, b'f', Some(0), "0"),
            (5e-324, b'g', Some(3), "4.94e-324"),
            (5e-324, b'f', Some(3), "0.000"),
            (5e-324, b'x', None, "0x1p-1074"),
            (5e-324, b'X', Some(2), "0X1.00P-1074"),
            (5e-324, b'b', None, "1p-1074"),
            (1.7976931348623157e+308, b'e', None, "1.7976931348623157e+308"),
            (1.7976931348623157e+308, b'g', None, "1.7976931348623157e+308"),
            (1.7976931348623157e+308, b'e', Some(0), "2e+308"),
            (1.7976931348623157e+308, b'g', Some(3), "1.8e+308"),
            (1.7976931348623157e+308, b'x', None, "0x1.fffffffffffffp+1023"),
            (1.7976931348623157e+308, b'X', Some(2), "0X1.00P+1024"),
            (1.7976931348623157e+308, b'b', None, "9007199254740991p+971"),
            (3e-01, b'e', None, "3e-01"),
            (3e-01, b'f', None, "0.3"),
            (3e-01, b'g', None, "0.3"),
            (3e-01, b'e', Some(0), "3e-01"),
            (3e-01, b'f', Some(0), "0"),
            (3e-01, b'g', Some(3), "0.3"),
            (3e-01, b'f', Some(3), "0.300"),
            (3e-01, b'x', None, "0x1.3333333333333p-02"),
            (3e-01, b'X', Some(2), "0X1.33P-02"),
            (3e-01, b'b', None, "5404319552844595p-54"),
            (9.999995e+05, b'e', None, "9.999995e+05"),
            (9.999995e+05, b'f', None, "999999.5"),
            (9.999995e+05, b'g', None, "999999.5"),
            (9.999995e+05, b'e', Some(0), "1e+06"),
            (9.999995e+05, b'f', Some(0), "1000000"),
            (9.999995e+05, b'g', Some(3), "1e+06"),
            (9.999995e+05, b'f', Some(3), "999999.500"),
            (9.999995e+05, b'x', None, "0x1.e847fp+19"),
            (9.999995e+05, b'X', Some(2), "0X1.E8P+19"),
            (9.999995e+05, b'b', None, "8589930297032704p-33"),
            (1e+23, b'e', None, "1e+23"),
            (1e+23, b'f', None, "100000000000000000000000"),
            (1e+23, b'g', None, "1e+23"),
            (1e+23, b'e', Some(0), "1e+23"),
            (1e+23, b'f', Some(0), "99999999999999991611392"),
            (1e+23, b'g', Some(3), "1e+23"),
            (1e+23, b'f', Some(3), "99999999999999991611392.000"),
            (1e+23, b'x', None, "0x1.52d02c7e14af6p+76"),
            (1e+23, b'X', Some(2), "0X1.53P+76"),
            (1e+23, b'b', None, "5960464477539062p+24"),
            (2.2250738585072014e-308, b'e', None, "2.2250738585072014e-308"),
            (2.2250738585072014e-308, b'g', None, "2.2250738585072014e-308"),
            (2.2250738585072014e-308, b'e', Some(0), "2e-308"),
            (2.2250738585072014e-308, b'f', Some(0), "0"),
            (2.2250738585072014e-308, b'g', Some(3), "2.23e-308"),
            (2.2250738585072014e-308, b'f', Some(3), "0.000"),
            (2.2250738585072014e-308, b'x', None, "0x1p-1022"),
            (2.2250738585072014e-308, b'X', Some(2), "0X1.00P-1022"),
            (2.2250738585072014e-308, b'b', None, "4503599627370496p-1074"),
        ];
        for &(value, format, precision, result) in cases {
            assert_eq!(format_float(value, format, precision, 64), result, "{value:e} {}", char::from(format));
        }
        // Halfway between two texts of 17 digits; Helm 4.1.4 and 4.3.1 print these.
        assert_eq!(format_float(139_570_225_262_275.12, b'g', None, 64), "1.3957022526227512e+14");
        assert_eq!(format_float(1_485_590_104_594_020.2, b'g', None, 64), "1.4855901045940202e+15");
        assert_eq!(format_float(0.1, b'g', None, 32), "0.1");
        assert_eq!(format_float(-1.0, b'f', Some(2000), 64).len(), 2003);
    }

    #[test]
    fn integers() {
        let format_int = |value, base| {
            let mut out = Vec::new();
            append_int(&mut out, value, base);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(format_int(i64::MIN, 10), "-9223372036854775808");
        assert_eq!(format_int(-255, 16), "-ff");
        assert_eq!(format_int(35, 36), "z");
    }
}
