//! Decimal numbers, exactly: what limits on numbers are checked with.
//!
//! A double is taken for the decimal that it is written as (`0.58`, not the binary fraction beside it), since that is what is
//! sent. Nothing is allocated, and no step grows with the size of a number.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use rust_decimal::Decimal;

/// The most digits that a number has: one less than a `u128` holds in every case.
const MAX_DIGITS: u32 = 38;

/// A decimal number: `mantissa × 10^exponent`, with a sign.
#[derive(Clone, Copy, Debug)]
pub struct ExactNumber {
    negative: bool,
    /// Less than `10^38`.
    mantissa: u128,
    exponent: i32,
}

impl ExactNumber {
    /// The number that a text in the form of JSON writes; `None` when it has another form, more than 38 digits, or an exponent
    /// beyond four digits.
    pub(crate) const fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut at = 0;
        let negative = !bytes.is_empty() && bytes[0] == b'-';
        if negative {
            at += 1;
        }
        let (mut mantissa, mut exponent, mut digits, mut in_fraction) = (0_u128, 0_i32, 0, false);
        while at < bytes.len() {
            match bytes[at] {
                digit @ b'0'..=b'9' => {
                    if mantissa >= 10_u128.pow(MAX_DIGITS - 1) || exponent < -9999 {
                        return None;
                    }
                    mantissa = mantissa * 10 + (digit - b'0') as u128;
                    digits += 1;
                    if in_fraction {
                        exponent -= 1;
                    }
                }
                b'.' if !in_fraction && digits > 0 => in_fraction = true,
                b'e' | b'E' if digits > 0 => {
                    let Some(shift) = parse_exponent(bytes, at + 1) else {
                        return None;
                    };
                    exponent += shift;
                    at = bytes.len() - 1;
                }
                _ => return None,
            }
            at += 1;
        }
        if digits == 0 { None } else { Some(Self { negative, mantissa, exponent }) }
    }

    pub(crate) const fn of_i64(number: i64) -> Self {
        Self { negative: number < 0, mantissa: number.unsigned_abs() as u128, exponent: 0 }
    }

    pub(crate) const fn of_u64(number: u64) -> Self {
        Self { negative: false, mantissa: number as u128, exponent: 0 }
    }

    /// The decimal that stands for the double on the wire; `None` for what is no number.
    pub(crate) fn of_f64(number: f64) -> Option<Self> {
        let mut text = Buffer::default();
        // The text that a body gets. Rust's own formatting may choose another one where two of the same length give the double again.
        write!(text, "{}", serde_json::Number::from_f64(number)?).ok()?;
        Self::parse(text.as_str())
    }

    pub(crate) fn of_decimal(number: &Decimal) -> Self {
        // At most 96 bits, so less than `10^29`; a scale is at most 28.
        let exponent = i32::try_from(number.scale()).map_or(0, |scale| -scale);
        Self { negative: number.is_sign_negative(), mantissa: number.mantissa().unsigned_abs(), exponent }
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self.sign(), other.sign()) {
            (1, 1) => self.compare_size(other),
            (-1, -1) => other.compare_size(self),
            (own, others) => own.cmp(&others),
        }
    }

    /// Whether the number is a whole multiple of `step`. Of zero, and of a step with more digits than a `u64` holds, none is.
    pub(crate) fn is_multiple_of(&self, step: &Self) -> bool {
        let (Ok(divisor), shift) = (u64::try_from(step.mantissa), self.exponent.saturating_sub(step.exponent)) else {
            return false;
        };
        match (u128::from(divisor), u32::try_from(shift)) {
            (0, _) => false,
            _ if self.mantissa == 0 => true,
            (divisor, Ok(shift)) => ((self.mantissa % divisor) * power_of_ten(shift, divisor)).is_multiple_of(divisor),
            (divisor, Err(_)) => 10_u128
                .checked_pow(shift.unsigned_abs())
                .and_then(|power| power.checked_mul(divisor))
                // A divisor beyond the range is larger than the mantissa, which is not zero.
                .is_some_and(|divisor| self.mantissa.is_multiple_of(divisor)),
        }
    }

    const fn sign(&self) -> i8 {
        match (self.mantissa, self.negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        }
    }

    /// Compares without regard to signs; neither is zero.
    fn compare_size(&self, other: &Self) -> Ordering {
        let magnitude = |number: &Self| i64::from(number.mantissa.ilog10()) + i64::from(number.exponent);
        magnitude(self).cmp(&magnitude(other)).then_with(|| {
            // Of equal magnitude: the one with the larger exponent has fewer digits, and room for the difference.
            let scaled = |number: &Self, other: &Self| {
                let shift = number.exponent.saturating_sub(other.exponent).max(0).unsigned_abs();
                number.mantissa.saturating_mul(10_u128.saturating_pow(shift))
            };
            scaled(self, other).cmp(&scaled(other, self))
        })
    }
}

/// `10^exponent` modulo a divisor that a `u64` holds.
fn power_of_ten(mut exponent: u32, divisor: u128) -> u128 {
    let (mut power, mut base) = (1 % divisor, 10 % divisor);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * base % divisor;
        }
        base = base * base % divisor;
        exponent /= 2;
    }
    power
}

/// The exponent that stands from `at` to the end, of at most four digits.
const fn parse_exponent(bytes: &[u8], mut at: usize) -> Option<i32> {
    let negative = at < bytes.len() && bytes[at] == b'-';
    if at < bytes.len() && (bytes[at] == b'-' || bytes[at] == b'+') {
        at += 1;
    }
    let first = at;
    let mut exponent = 0;
    while at < bytes.len() {
        let digit = bytes[at];
        if !digit.is_ascii_digit() || at - first >= 4 {
            return None;
        }
        exponent = exponent * 10 + (digit - b'0') as i32;
        at += 1;
    }
    if at == first {
        None
    } else if negative {
        Some(-exponent)
    } else {
        Some(exponent)
    }
}

/// A number in a limit: the text of the document, as which it is shown, and what it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberLimit {
    text: &'static str,
    number: ExactNumber,
}

impl NumberLimit {
    pub(crate) const fn new(text: &'static str) -> Self {
        match ExactNumber::parse(text) {
            Some(number) => Self { text, number },
            None => panic!("a limit is a decimal number of at most 38 digits"),
        }
    }

    /// The step of `multipleOf`, which is above zero and has at most 19 digits.
    pub(crate) const fn step(text: &'static str) -> Self {
        let step = Self::new(text);
        assert!(
            step.number.mantissa > 0 && step.number.mantissa <= u64::MAX as u128 && !step.number.negative,
            "a step is above zero and has at most 19 digits"
        );
        step
    }

    pub(crate) const fn number(&self) -> &ExactNumber {
        &self.number
    }
}

impl fmt::Display for NumberLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text)
    }
}

/// Room for the text of one double: a sign, 17 digits, a point and an exponent.
#[derive(Default)]
struct Buffer {
    bytes: [u8; 32],
    length: usize,
}

impl Buffer {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;
    use std::str::FromStr;

    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::ExactNumber;

    fn exact(text: &str) -> ExactNumber {
        ExactNumber::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    /// JSON Schema, 6.2.1: valid if division by the keyword's value gives an integer.
    #[test]
    fn multiples_are_those_of_decimal_arithmetic() {
        let multiples = [
            ("0.58", "0.01"),
            ("0.07", "0.01"),
            ("19.99", "0.01"),
            ("1.15", "0.01"),
            ("4.35", "0.01"),
            ("-4.35", "0.01"),
            ("0", "0.01"),
            ("-0.0", "7"),
            ("1e300", "0.01"),
            ("1e-7", "1e-9"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "0.1"),
            ("9007199254740993", "3"),
            ("18446744073709551615", "5"),
            ("79228162514264337593543950335", "0.0000000000000000000000000001"),
            ("0.30", "0.1"),
            ("4.5", "1.5"),
            ("100", "1e1"),
        ];
        for (number, step) in multiples {
            assert!(exact(number).is_multiple_of(&exact(step)), "{number} is a multiple of {step}");
        }
        let others = [
            ("0.585", "0.01"),
            ("0.58000000001", "0.01"),
            ("-0.005", "0.01"),
            ("1e-9", "1e-7"),
            ("1e-320", "0.01"),
            ("9007199254740993", "2"),
            ("9007199254740994", "3"),
            ("1e300", "7"),
            ("4", "1.5"),
            ("5", "0"),
        ];
        for (number, step) in others {
            assert!(!exact(number).is_multiple_of(&exact(step)), "{number} is no multiple of {step}");
        }
    }

    #[test]
    fn sizes_are_compared_without_loss() {
        let ascending = [
            "-1e308",
            "-9223372036854775808",
            "-9007199254740993",
            "-9007199254740992",
            "-0.02",
            "0",
            "5e-324",
            "0.1",
            "0.10000000000000001",
            "1",
            "9007199254740992",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "79228162514264337593543950335",
            "1e308",
        ];
        for (index, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(exact(left).compare(&exact(right)), index.cmp(&other), "{left} and {right}");
            }
        }
        assert_eq!(exact("1.50").compare(&exact("15e-1")), Ordering::Equal);
        assert_eq!(exact("-0").compare(&exact("0.000")), Ordering::Equal);
    }

    #[test]
    fn only_numbers_are_numbers() {
        let texts = ["", "-", ".", ".5", "1e", "1e+", "1e99999", "e1", "1.2.3", "0x1", "NaN", "inf", "1 ", "+1"];
        for text in texts {
            assert!(ExactNumber::parse(text).is_none(), "{text}");
        }
        assert!(ExactNumber::parse(&"9".repeat(38)).is_some());
        assert!(ExactNumber::parse(&"9".repeat(39)).is_none());
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(ExactNumber::of_f64(number).is_none(), "{number}");
        }
    }

    /// 212904844441314.62 and …63 are the same double; a limit between them must see the one that is sent.
    #[test]
    fn a_double_with_two_shortest_texts_is_the_one_that_is_sent() {
        let number = 212_904_844_441_314.63;
        let sent = exact(&serde_json::to_string(&number).expect("it is finite"));
        assert_eq!(ExactNumber::of_f64(number).map(|exact| exact.compare(&sent)), Some(Ordering::Equal));
    }

    proptest! {
        /// `rust_decimal` is another implementation of the same arithmetic, within its range.
        #[test]
        fn agrees_with_another_implementation(
            left in -10_i64.pow(17)..10_i64.pow(17),
            right in -10_i64.pow(17)..10_i64.pow(17),
            scale in 0_u32..10,
            step in 1_i64..100_000,
            step_scale in 0_u32..10,
        ) {
            let (left, right) = (Decimal::new(left, scale), Decimal::new(right, scale / 2));
            let step = Decimal::new(step, step_scale);
            let of = |number: Decimal| ExactNumber::of_decimal(&number);
            prop_assert_eq!(of(left).compare(&of(right)), left.cmp(&right));
            prop_assert_eq!(of(left).is_multiple_of(&of(step)), (left % step).is_zero());
            prop_assert!(of(step * Decimal::from(7)).is_multiple_of(&of(step)));
        }

        /// What a double is sent as is what it is checked as.
        #[test]
        fn a_double_is_the_decimal_that_it_is_sent_as(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
            let sent = exact(&serde_json::to_string(&number).expect("it is finite"));
            prop_assert_eq!(ExactNumber::of_f64(number).map(|exact| exact.compare(&sent)), Some(Ordering::Equal));
        }

        #[test]
        fn every_integer_is_itself(left in any::<i64>(), right in any::<i64>()) {
            prop_assert_eq!(ExactNumber::of_i64(left).compare(&ExactNumber::of_i64(right)), left.cmp(&right));
            prop_assert_eq!(exact(&left.to_string()).compare(&ExactNumber::of_i64(left)), Ordering::Equal);
        }

        #[test]
        fn decimals_keep_all_digits(text in "-?(0|[1-9][0-9]{0,13})\\.[0-9]{1,14}") {
            let decimal = Decimal::from_str(&text).expect("it fits");
            prop_assert_eq!(ExactNumber::of_decimal(&decimal).compare(&exact(&text)), Ordering::Equal);
        }
    }
}
