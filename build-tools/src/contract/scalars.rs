//! The types of single values: which schema becomes which, and what each is in Rust.
//!
//! Whoever adds one says here all that the generator knows of it.

use crate::spec::text_format;

/// A value without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Integer,
    /// An integer from zero to 2^64 - 1.
    Unsigned,
    /// A number that is no amount.
    Number,
    /// An exact decimal, a string on the wire.
    Decimal,
    /// An exact decimal, a number on the wire.
    DecimalNumber,
    /// A day.
    Date,
    /// A point in time with its zone.
    DateTime,
    /// A point in time without a zone, in UTC.
    UtcDateTime,
    /// A text that never shows itself.
    Secret,
    /// A file that is a part of a multipart body.
    Upload,
    /// Any JSON value.
    Json,
}

/// What a scalar is in Rust and in JSON.
#[derive(Clone, Copy, Debug)]
pub struct ScalarForm {
    /// The name of its Rust type.
    pub rust: &'static str,
    /// Whether that is a type of the runtime, to be imported.
    pub is_of_runtime: bool,
    /// The kinds of JSON that it is read from, its own first.
    pub kinds: &'static [&'static str],
    /// The `format` that decides it.
    pub format: Option<&'static str>,
    /// How a value of it is written in Rust.
    pub written: Written,
    /// How it is given to a function.
    pub passed: Passed,
}

/// How a value is written in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As a literal.
    Literal,
    /// `"…".parse::<Type>()`, which can fail.
    Parsed,
    /// `Type::from("…")`.
    From,
    /// `Type::new("…")`.
    New,
}

/// How an argument is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// As it is: it is small.
    Value,
    /// As `&str`.
    Text,
    /// As `&[T]`.
    Slice,
    /// As `&T`.
    Reference,
}

impl Scalar {
    const ALL: [Self; 13] = [
        Self::Text,
        Self::Boolean,
        Self::Integer,
        Self::Unsigned,
        Self::Number,
        Self::Decimal,
        Self::DecimalNumber,
        Self::Date,
        Self::DateTime,
        Self::UtcDateTime,
        Self::Secret,
        Self::Upload,
        Self::Json,
    ];

    /// The scalar of a schema of one `type` of JSON (`string`, `integer`, `number`) with a format; without one that decides, `plain`.
    fn of(kind: &str, format: Option<&str>, plain: Self) -> Self {
        let decided = |scalar: &Self| {
            let form = scalar.form();
            form.kinds.first() == Some(&kind) && form.format.is_some() && form.format == format
        };
        Self::ALL.into_iter().find(decided).unwrap_or(plain)
    }

    pub(super) fn of_text(format: Option<&str>) -> Self {
        Self::of("string", format, Self::Text)
    }

    pub(super) fn of_integer(format: Option<&str>) -> Self {
        if format == Some("uint64") { Self::Unsigned } else { Self::Integer }
    }

    pub(super) fn of_number(format: Option<&str>) -> Self {
        Self::of("number", format, Self::Number)
    }

    /// Whether it has no fraction.
    pub(super) fn is_integral(self) -> bool {
        matches!(self, Self::Integer | Self::Unsigned)
    }

    /// Whether any text can be one.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Secret)
    }

    /// What it is.
    pub const fn form(self) -> ScalarForm {
        const STRING: &[&str] = &["string"];
        const NUMBER: &[&str] = &["number"];
        // By far the most types are of the runtime, and made from a text.
        const OF_TEXT: ScalarForm = ScalarForm {
            rust: "",
            is_of_runtime: true,
            kinds: STRING,
            format: None,
            written: Written::Parsed,
            passed: Passed::Value,
        };
        const OF_RUST: ScalarForm =
            ScalarForm { is_of_runtime: false, kinds: NUMBER, written: Written::Literal, ..OF_TEXT };
        match self {
            Self::Text => ScalarForm { rust: "String", kinds: STRING, passed: Passed::Text, ..OF_RUST },
            Self::Boolean => ScalarForm { rust: "bool", kinds: &["boolean"], ..OF_RUST },
            Self::Integer => ScalarForm { rust: "i64", ..OF_RUST },
            Self::Unsigned => ScalarForm { rust: "u64", ..OF_RUST },
            Self::Number => ScalarForm { rust: "f64", ..OF_RUST },
            // Vendors that document one of the two send the other.
            Self::Decimal => {
                ScalarForm { rust: "Decimal", kinds: &["string", "number"], format: Some("decimal"), ..OF_TEXT }
            }
            Self::DecimalNumber => {
                ScalarForm { rust: "DecimalNumber", kinds: &["number", "string"], format: Some("decimal"), ..OF_TEXT }
            }
            Self::Date => ScalarForm { rust: "NaiveDate", format: Some("date"), ..OF_TEXT },
            Self::DateTime => ScalarForm { rust: "Timestamp", format: Some("date-time"), ..OF_TEXT },
            Self::UtcDateTime => ScalarForm {
                rust: "UtcDateTime",
                format: Some("utc-date-time"),
                written: Written::From,
                passed: Passed::Reference,
                ..OF_TEXT
            },
            Self::Secret => ScalarForm {
                rust: "Secret",
                format: Some("password"),
                written: Written::New,
                passed: Passed::Reference,
                ..OF_TEXT
            },
            Self::Upload => ScalarForm {
                rust: "Upload",
                format: Some("binary"),
                written: Written::New,
                passed: Passed::Reference,
                ..OF_TEXT
            },
            Self::Json => ScalarForm {
                rust: "JsonValue",
                kinds: &["any"],
                written: Written::From,
                passed: Passed::Reference,
                ..OF_TEXT
            },
        }
    }

    /// A text that a value can be made from.
    pub fn sample_text(self) -> &'static str {
        match self.form().format.and_then(text_format).map(|format| format.sample) {
            Some(sample) if !sample.is_empty() => sample,
            _ => "text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scalar;
    use crate::spec::TEXT_FORMATS;

    #[test]
    fn each_format_that_decides_a_type_has_one() {
        for format in TEXT_FORMATS {
            let scalar = Scalar::of_text(Some(format.name));
            assert_eq!(scalar != Scalar::Text, format.is_type(), "{}", format.name);
        }
        assert_eq!(Scalar::of_number(Some("decimal")), Scalar::DecimalNumber);
        assert_eq!(Scalar::of_number(Some("double")), Scalar::Number);
        assert_eq!(Scalar::of_integer(Some("uint64")), Scalar::Unsigned);
    }
}
