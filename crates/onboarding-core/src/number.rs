//! Numbers as JSON writes them, read without loss or not at all.

use rust_decimal::Decimal;

/// As many significant digits as every double holds.
const DIGITS_OF_EVERY_DOUBLE: usize = 15;

/// As many significant digits as a double is written with at most.
const DIGITS_OF_A_DOUBLE: usize = 17;

/// As many decimal places as a decimal has at most.
const MAX_SCALE: i64 = 28;

/// Why a number is no integer of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotInteger {
    /// It has a fraction, or is no number at all.
    Fraction,
    /// It is whole, but beyond what is held.
    OutOfBounds,
}

/// The integer that a number is: `5`, `5.0` and `50e-1` are 5.
pub(crate) fn integer(text: &str) -> Result<i128, NotInteger> {
    // Nearly all are written without fraction and exponent.
    if let Ok(integer) = text.parse::<i64>() {
        return Ok(integer.into());
    }
    let parts = Parts::of(text).ok_or(NotInteger::Fraction)?;
    if parts.exponent < 0 {
        return Err(NotInteger::Fraction);
    }
    parts.scaled(parts.exponent).ok_or(NotInteger::OutOfBounds)
}

/// Whether a number is whole.
pub(crate) fn is_integral(text: &str) -> bool {
    Parts::of(text).is_some_and(|parts| parts.exponent >= 0)
}

/// The decimal that a number is, with the decimal places that it is written with; `None` when it has more digits than a decimal holds.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let parts = Parts::of(text)?;
    // Zeros at the end are kept as they are written, as far as there is room for them.
    for exponent in [parts.written_exponent.clamp(-MAX_SCALE, 0).min(parts.exponent), parts.exponent.min(0)] {
        if exponent >= -MAX_SCALE
            && let Some(mantissa) = parts.scaled(parts.exponent - exponent)
            && let Ok(scale) = u32::try_from(-exponent)
            && let Ok(decimal) = Decimal::try_from_i128_with_scale(mantissa, scale)
        {
            return Some(decimal);
        }
    }
    None
}

/// The double that a number is read as; `None` when the number would be another one.
///
/// A double's own text has up to 17 digits and need not be the shortest one, so as many may be rounded; the digits of a whole
/// number never are.
pub(crate) fn float(text: &str) -> Option<f64> {
    let float = text.parse::<f64>().ok().filter(|float| float.is_finite())?;
    let digits = text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).filter(u8::is_ascii_digit).count();
    if digits <= DIGITS_OF_EVERY_DOUBLE && float.is_normal() {
        return Some(float);
    }
    let parts = Parts::of(text)?;
    let is_same = Parts::of(&format!("{float:e}")).is_some_and(|read| read.has_value_of(&parts));
    let is_near = parts.digits.len() <= DIGITS_OF_A_DOUBLE && parts.exponent < 0 && float.is_normal();
    (is_same || is_near).then_some(float)
}

/// Whether two numbers have the same value, however they are written.
pub(crate) fn equal(left: &str, right: &str) -> bool {
    match (Parts::of(left), Parts::of(right)) {
        (Some(left), Some(right)) => left.has_value_of(&right),
        _ => left == right,
    }
}

/// A number as digits without zeros at either end, and a power of ten.
struct Parts {
    negative: bool,
    /// Empty for zero.
    digits: String,
    /// The power of ten of the last digit; 0 for zero.
    exponent: i64,
    /// The power of ten of the last digit that is written, be it a zero.
    written_exponent: i64,
}

impl Parts {
    /// `None` for what is no number, and for exponents that no number of this world has.
    fn of(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?.into()),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if mantissa.len() <= usize::from(mantissa.contains('.')) || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let written_exponent = exponent - i64::try_from(fraction.len()).ok()?;
        let mut digits = [whole, fraction].concat();
        let significant = digits.trim_end_matches('0').len();
        let exponent = match significant {
            0 => 0,
            _ => written_exponent + i64::try_from(digits.len() - significant).ok()?,
        };
        digits.truncate(significant);
        let leading = digits.len() - digits.trim_start_matches('0').len();
        digits.drain(..leading);
        Some(Self { negative: negative && !digits.is_empty(), digits, exponent, written_exponent })
    }

    /// The digits as an integer, with so many zeros behind them; `None` when that is more than is held.
    fn scaled(&self, zeros: i64) -> Option<i128> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let digits: i128 = self.digits.parse().ok()?;
        let scaled = digits.checked_mul(10_i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
        Some(if self.negative { -scaled } else { scaled })
    }

    fn has_value_of(&self, other: &Self) -> bool {
        (self.negative, self.exponent, &self.digits) == (other.negative, other.exponent, &other.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::{NotInteger, decimal, equal, float, integer};

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        for (text, expected) in [
            ("5", Ok(5)),
            ("5.0", Ok(5)),
            ("5e0", Ok(5)),
            ("50E-1", Ok(5)),
            ("0.05e+2", Ok(5)),
            ("-0", Ok(0)),
            ("0.000e99999", Ok(0)),
            ("18446744073709551616", Ok(18_446_744_073_709_551_616)),
            ("5.5", Err(NotInteger::Fraction)),
            ("1e-999999999", Err(NotInteger::Fraction)),
            ("1e40", Err(NotInteger::OutOfBounds)),
            ("1e999999999", Err(NotInteger::OutOfBounds)),
            ("18446744073709551616123000000000000000000", Err(NotInteger::OutOfBounds)),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
    }

    #[test]
    fn a_decimal_is_what_is_written_or_nothing() {
        for text in [
            "12.50",
            "0.10",
            "-3",
            "9007199254740993.01",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
        ] {
            assert_eq!(decimal(text).unwrap().to_string(), text);
        }
        for (text, expected) in [
            ("1.5e3", "1500"),
            ("+2.0", "2.0"),
            ("1e-2", "0.01"),
            (".5", "0.5"),
            ("0e999999999", "0"),
            ("1.10000000000000000000000000000000", "1.1000000000000000000000000000"),
            ("12345678901234567890123456.7890000", "12345678901234567890123456.789"),
        ] {
            assert_eq!(decimal(text).map(|decimal| decimal.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
            "1.23456789012345678901234567891",
            "1e29",
            "1e999999999",
            "",
            ".",
            "-",
            "1_000",
            "1,5",
            "NaN",
            "0x1",
            "1e",
            " 1",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn a_double_has_the_number_that_is_written() {
        for (text, expected) in [
            ("0.1", 0.1),
            ("0.10000000000000001", 0.1),
            ("1e2", 100.0),
            ("-0.0", 0.0),
            ("9007199254740992", 9_007_199_254_740_992.0),
            ("1e300", 1e300),
            ("0.30000000000000004", 0.1 + 0.2),
            ("5e-324", 5e-324),
        ] {
            assert_eq!(float(text), Some(expected), "{text}");
        }
        for text in [
            "9007199254740993",
            "9007199254740993.0",
            "18446744073709551616123",
            "1e400",
            "1e-400",
            "0.123456789012345678901",
        ] {
            assert_eq!(float(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_by_value() {
        for (left, right) in
            [("1", "1.0"), ("1e2", "100"), ("-0", "0"), ("0.50", "5e-1"), ("1e99999999999", "1e99999999999")]
        {
            assert!(equal(left, right), "{left} {right}");
        }
        for (left, right) in [("1", "-1"), ("9007199254740993", "9007199254740992"), ("1e99999999999", "1e99999999998")]
        {
            assert!(!equal(left, right), "{left} {right}");
        }
    }
}
