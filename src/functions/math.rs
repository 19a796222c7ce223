//! Arithmetic: on int64 as Go wraps it, on floats through decimals, and the conversions between them.

use super::convert::{to_float64, to_int, to_int64};
use crate::function;
use crate::go::decimal::Decimal;
use crate::go::{Str, Value, fmt, strconv};
use crate::template::function::{Function, Int64, Rest};

/// The rows of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "add", add, "numbers...",
        "the sum of whole numbers",
        r#"add 1 2 "3""# => "6",
    },
    function! {
        "add1", add1, "number",
        "a whole number and one",
        "add1 2" => "3",
    },
    function! {
        "sub", sub, "one other",
        "the difference of whole numbers",
        "sub 3 1" => "2",
    },
    function! {
        "mul", mul, "first others...",
        "the product of whole numbers",
        "mul 2 3 4" => "24",
    },
    function! {
        "div", div, "one other",
        "the quotient of whole numbers, rounded towards 0",
        "div 7 2" => "3",
    },
    function! {
        "mod", modulo, "one other",
        "what a division of whole numbers leaves",
        "mod 7 2" => "1",
    },
    function! {
        "max", max, "first others...",
        "the greatest of whole numbers",
        "max 1 3 2" => "3",
    },
    function! {
        "biggest", max, "first others...",
        "the same as max",
        "biggest 1 3 2" => "3",
    },
    function! {
        "min", min, "first others...",
        "the least of whole numbers",
        "min 1 3 2" => "1",
    },
    function! {
        "addf", addf, "numbers...",
        "the sum of numbers",
        "addf 0.1 0.2" => "0.3",
    },
    function! {
        "add1f", add1f, "number",
        "a number and one",
        "add1f 1.5" => "2.5",
    },
    function! {
        "subf", subf, "first others...",
        "a number less the others",
        "subf 0.3 0.1" => "0.2",
    },
    function! {
        "mulf", mulf, "first others...",
        "the product of numbers",
        "mulf 1.1 1.1" => "1.21",
    },
    function! {
        "divf", divf, "first others...",
        "a number divided by the others",
        "divf 10 4" => "2.5",
    },
    function! {
        "maxf", maxf, "first others...",
        "the greatest of numbers",
        "maxf 1 2.5" => "2.5",
    },
    function! {
        "minf", minf, "first others...",
        "the least of numbers",
        "minf 1 2.5" => "1",
    },
    function! {
        "floor", floor, "number",
        "a number rounded down",
        "floor 1.9" => "1",
    },
    function! {
        "ceil", ceil, "number",
        "a number rounded up",
        "ceil 1.1" => "2",
    },
    function! {
        "round", round, "number places up...",
        "a number rounded to decimal places, up from a half or the fraction given",
        "round 123.456 1" => "123.5",
    },
    function! {
        "int", int, "value",
        "a value as a whole number, 0 where it is none",
        r#"int "12""# => "12",
    },
    function! {
        "int64", int64, "value",
        "a value as a whole number of 64 bits, 0 where it is none",
        "int64 1.9" => "1",
    },
    function! {
        "float64", float64, "value",
        "a value as a number with fraction, 0 where it is none",
        r#"float64 "1.5""# => "1.5",
    },
    function! {
        "atoi", atoi, "text",
        "a decimal text as a whole number, 0 where it is none",
        r#"atoi "012""# => "12",
    },
    function! {
        "toDecimal", to_decimal, "value",
        "an octal text as a whole number",
        r#"toDecimal "0777""# => "511",
    },
];

const DIVIDE_BY_ZERO: &str = "runtime error: integer divide by zero";

/// The sum as an int64.
///
/// `{{ add 1 2 "3" }}` gives `6`.
fn add(numbers: &mut [Value]) -> Int64 {
    Int64(numbers.iter().map(to_int64).fold(0, i64::wrapping_add))
}

/// One more.
///
/// `{{ add1 2 }}` gives `3`.
fn add1(number: Value) -> Int64 {
    Int64(to_int64(&number).wrapping_add(1))
}

/// The difference as an int64.
///
/// `{{ sub 3 1 }}` gives `2`.
fn sub(one: Value, other: Value) -> Int64 {
    Int64(to_int64(&one).wrapping_sub(to_int64(&other)))
}

/// The product as an int64.
///
/// `{{ mul 2 3 4 }}` gives `24`.
fn mul(first: Value, others: &mut [Value]) -> Int64 {
    Int64(others.iter().map(to_int64).fold(to_int64(&first), i64::wrapping_mul))
}

/// The quotient as an int64, rounded towards zero.
///
/// `{{ div 7 2 }}` gives `3`.
fn div(one: Value, other: Value) -> Result<Int64, &'static str> {
    match to_int64(&other) {
        0 => Err(DIVIDE_BY_ZERO),
        divisor => Ok(Int64(to_int64(&one).wrapping_div(divisor))),
    }
}

/// The remainder as an int64, with the sign of the dividend.
///
/// `{{ mod 7 2 }}` gives `1`.
fn modulo(one: Value, other: Value) -> Result<Int64, &'static str> {
    match to_int64(&other) {
        0 => Err(DIVIDE_BY_ZERO),
        divisor => Ok(Int64(to_int64(&one).wrapping_rem(divisor))),
    }
}

/// The largest of the numbers as an int64.
///
/// `{{ max 1 3 2 }}` gives `3`.
fn max(first: Value, others: &mut [Value]) -> Int64 {
    Int64(others.iter().map(to_int64).fold(to_int64(&first), i64::max))
}

/// The smallest of the numbers as an int64.
///
/// `{{ min 1 3 2 }}` gives `1`.
fn min(first: Value, others: &mut [Value]) -> Int64 {
    Int64(others.iter().map(to_int64).fold(to_int64(&first), i64::min))
}

/// As sprig's execDecimalOp: every argument through a float to a decimal, and the result back to a float.
fn in_decimals(
    first: f64,
    others: &[Value],
    operation: impl Fn(&Decimal, &Decimal) -> Result<Decimal, String>,
) -> Result<f64, String> {
    let mut result = Decimal::new(first)?;
    for other in others {
        result = operation(&result, &Decimal::new(to_float64(other))?)?;
    }
    Ok(result.to_f64())
}

/// The sum, exact in decimals.
///
/// `{{ addf 0.1 0.2 }}` gives `0.3`.
fn addf(numbers: &mut [Value]) -> Result<f64, String> {
    in_decimals(0.0, numbers, |a, b| Ok(a.add(b)))
}

/// One more, exact in decimals.
///
/// `{{ add1f 1.5 }}` gives `2.5`.
fn add1f(number: Value) -> Result<f64, String> {
    in_decimals(to_float64(&number), &[Value::Int(1)], |a, b| Ok(a.add(b)))
}

/// The difference of the first number and all others, exact in decimals.
///
/// `{{ subf 0.3 0.1 }}` gives `0.2`.
fn subf(first: Value, others: &mut [Value]) -> Result<f64, String> {
    in_decimals(to_float64(&first), others, |a, b| Ok(a.sub(b)))
}

/// The product, exact in decimals.
///
/// `{{ mulf 1.1 1.1 }}` gives `1.21`.
fn mulf(first: Value, others: &mut [Value]) -> Result<f64, String> {
    in_decimals(to_float64(&first), others, |a, b| Ok(a.mul(b)))
}

/// The first number divided by all others, with 16 digits after the point.
///
/// `{{ divf 10 4 }}` gives `2.5`.
fn divf(first: Value, others: &mut [Value]) -> Result<f64, String> {
    in_decimals(to_float64(&first), others, Decimal::div)
}

/// The largest of the numbers as a float.
///
/// `{{ maxf 1 2.5 }}` gives `2.5`.
fn maxf(first: Value, others: &mut [Value]) -> f64 {
    others.iter().map(to_float64).fold(to_float64(&first), |a, b| {
        // As math.Max: an infinity wins over NaN, NaN over numbers, and 0 over -0.
        match (a, b) {
            _ if a == f64::INFINITY || b == f64::INFINITY => f64::INFINITY,
            _ if a.is_nan() || b.is_nan() => f64::NAN,
            _ if a == 0.0 && b == 0.0 => a + b,
            _ => a.max(b),
        }
    })
}

/// The smallest of the numbers as a float.
///
/// `{{ minf 1 2.5 }}` gives `1`.
fn minf(first: Value, others: &mut [Value]) -> f64 {
    others.iter().map(to_float64).fold(to_float64(&first), |a, b| {
        // As math.Min: an infinity wins over NaN, NaN over numbers, and -0 over 0.
        match (a, b) {
            _ if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY => f64::NEG_INFINITY,
            _ if a.is_nan() || b.is_nan() => f64::NAN,
            _ if a == 0.0 && b == 0.0 => -(-a - b),
            _ => a.min(b),
        }
    })
}

/// The largest whole number that is not above this one, as a float.
///
/// `{{ floor 1.9 }}` gives `1`.
fn floor(number: Value) -> f64 {
    to_float64(&number).floor()
}

/// The smallest whole number that is not below this one, as a float.
///
/// `{{ ceil 1.1 }}` gives `2`.
fn ceil(number: Value) -> f64 {
    to_float64(&number).ceil()
}

/// The number rounded to that many digits after the point; up from .5 on, or from the fraction given last.
///
/// `{{ round 123.456 1 }}` gives `123.5`.
fn round(number: Value, places: i64, up_from: Rest<f64>) -> f64 {
    let up_from = up_from.0.first().copied().unwrap_or(0.5);
    let power = power_of_ten(places as f64);
    let shifted = power * to_float64(&number);
    // As round: the fraction has the sign of the number, so negative ones are always rounded down.
    let rounded = if shifted - shifted.trunc() >= up_from { shifted.ceil() } else { shifted.floor() };
    rounded / power
}

/// As `math.Pow(10, y)` for whole numbers: by squaring, with the rounding errors of Go's order of steps.
fn power_of_ten(exponent: f64) -> f64 {
    if exponent == 0.0 {
        return 1.0;
    }
    if exponent == 1.0 {
        return 10.0;
    }
    if exponent.abs() >= 9_223_372_036_854_775_808.0 {
        return if exponent > 0.0 { f64::INFINITY } else { 0.0 };
    }
    let (mut power, mut power_exponent) = (1.0, 0_i64);
    let (mut square, mut square_exponent) = (0.625, 4_i64);
    let mut rest = exponent.abs() as u64;
    while rest != 0 {
        if square_exponent > 1 << 12 {
            power_exponent += square_exponent;
            break;
        }
        if rest & 1 == 1 {
            power *= square;
            power_exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        rest >>= 1;
    }
    if exponent < 0.0 {
        power = 1.0 / power;
        power_exponent = -power_exponent;
    }
    times_power_of_two(power, power_exponent)
}

/// As `math.Ldexp` for a number near 1: rounds once, where the result is subnormal.
fn times_power_of_two(number: f64, exponent: i64) -> f64 {
    let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    match exponent {
        -1022..=1023 => number * power(exponent),
        1024..=2046 => number * power(1023) * power(exponent - 1023),
        2047.. => number * f64::INFINITY,
        -1100..=-1023 => number * power(exponent + 100) * power(-100),
        _ => 0.0,
    }
}

/// The value as an int.
///
/// `{{ int "12" }}` gives `12`.
fn int(value: Value) -> i64 {
    to_int(&value)
}

/// The value as an int64.
///
/// `{{ int64 1.9 }}` gives `1`.
fn int64(value: Value) -> Int64 {
    Int64(to_int64(&value))
}

/// The value as a float64.
///
/// `{{ float64 "1.5" }}` gives `1.5`.
fn float64(value: Value) -> f64 {
    to_float64(&value)
}

/// The decimal number that a text is, or 0.
///
/// `{{ atoi "012" }}` gives `12`.
fn atoi(text: Str) -> i64 {
    match strconv::atoi(&text) {
        Ok(number) => number,
        // As strconv.Atoi, whose error sprig ignores: what is out of range is the nearest number in it.
        Err(error) if error.kind == strconv::NumErrorKind::Range => {
            if text.starts_with(b"-") {
                i64::MIN
            } else {
                i64::MAX
            }
        }
        Err(_) => 0,
    }
}

/// The octal number that a value is when printed, or 0.
///
/// `{{ toDecimal "0777" }}` gives `511`.
fn to_decimal(value: Value) -> Int64 {
    Int64(strconv::parse_int(&fmt::sprint(&[value]), 8).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap() {
        let largest = || Value::Int64(i64::MAX);
        assert_eq!(add1(largest()).0, i64::MIN);
        assert_eq!(mul(largest(), &mut [Value::Int(2)]).0, -2);
        assert_eq!(div(Value::Int64(i64::MIN), Value::Int(-1)).map(|n| n.0), Ok(i64::MIN));
        assert_eq!(modulo(Value::Int64(i64::MIN), Value::Int(-1)).map(|n| n.0), Ok(0));
        assert_eq!(modulo(Value::Int(-7), Value::Int(2)).map(|n| n.0), Ok(-1));
        assert_eq!(div(Value::Int(1), Value::Nil).map(|n| n.0), Err(DIVIDE_BY_ZERO));
    }

    #[test]
    fn texts_as_numbers() {
        for (text, want) in [
            ("12", 12),
            ("012", 12),
            ("99999999999999999999", i64::MAX),
            ("-99999999999999999999", i64::MIN),
            ("1.5", 0),
        ] {
            assert_eq!(atoi(Str::from(text)), want, "{text}");
        }
        assert_eq!(to_decimal(Value::Float64(777.0)).0, 511);
        assert_eq!(to_decimal(Value::from("08")).0, 0);
    }

    #[test]
    fn rounding() {
        for (number, places, want) in [
            (123.5555, 3, 123.556),
            (0.285, 2, 0.28),
            (1250.0, -2, 1300.0),
            (-0.4, 0, -1.0),
            (2.5, 0, 3.0),
            (1.005, 2, 1.0),
        ] {
            assert_eq!(round(Value::Float64(number), places, Rest(vec![])), want, "{number} {places}");
        }
        assert!(round(Value::Int(1), 400, Rest(vec![])).is_nan());
        assert_eq!(round(Value::Float64(123.3), 0, Rest(vec![0.3])), 123.0);
        // Values of math.Pow(10, n) in Go; some are not the nearest float.
        for (exponent, bits) in POWERS {
            assert_eq!(power_of_ten(*exponent).to_bits(), *bits, "10^{exponent}");
        }
    }

    const POWERS: &[(f64, u64)] = &[
        (-1.0, 0x3fb9_9999_9999_999a),
        (2.0, 0x4059_0000_0000_0000),
        (3.0, 0x408f_4000_0000_0000),
        (15.0, 0x430c_6bf5_2634_0000),
        (16.0, 0x4341_c379_37e0_8000),
        (17.0, 0x4376_3457_85d8_a000),
        (22.0, 0x4480_f0cf_064d_d592),
        (23.0, 0x44b5_2d02_c7e1_4af6),
        (24.0, 0x44ea_7843_79d9_9db4),
        (-2.0, 0x3f84_7ae1_47ae_147b),
        (-5.0, 0x3ee4_f8b5_88e3_68f1),
        (-17.0, 0x3c67_0ef5_4646_d497),
        (-22.0, 0x3b5e_3920_1017_5ee6),
        (-23.0, 0x3b28_2db3_4012_b252),
        (29.0, 0x45f4_31e0_fae6_d721),
        (100.0, 0x54b2_49ad_2594_c37e),
        (-100.0, 0x2b2b_ff2e_e48e_052e),
        (200.0, 0x6974_e718_d7d7_625d),
        (308.0, 0x7fe1_ccf3_85eb_c8a3),
        (-307.0, 0x0031_fa18_2c40_c60b),
        (-308.0, 0x0007_30d6_7819_e8d1),
        (-310.0, 0x0000_1268_8b70_e62b),
        (-320.0, 0x0000_0000_0000_07e8),
        (-323.0, 0x0000_0000_0000_0002),
        (-324.0, 0x0000_0000_0000_0000),
        (309.0, 0x7ff0_0000_0000_0000),
        (400.0, 0x7ff0_0000_0000_0000),
        (-400.0, 0x0000_0000_0000_0000),
        (150.0, 0x5f13_8d35_2e50_96b1),
        (-150.0, 0x20ca_2fe7_6a3f_9472),
        (37.0, 0x479e_17b8_4357_691c),
        (44.0, 0x4911_efc6_59cf_7d4c),
        (45.0, 0x4946_6bb7_f043_5c9f),
        (50.0, 0x4a51_1b0e_c57e_649a),
    ];

    #[test]
    fn extremes() {
        let floats = |numbers: &[f64]| numbers.iter().copied().map(Value::Float64).collect::<Vec<_>>();
        assert!(maxf(Value::Int(1), &mut floats(&[f64::NAN])).is_nan());
        assert_eq!(maxf(Value::Float64(f64::NAN), &mut floats(&[f64::INFINITY])), f64::INFINITY);
        assert!(maxf(Value::Float64(-0.0), &mut floats(&[0.0])).is_sign_positive());
        assert!(minf(Value::Float64(0.0), &mut floats(&[-0.0])).is_sign_negative());
        assert!(minf(Value::Float64(0.0), &mut floats(&[0.0])).is_sign_positive());
    }
}
