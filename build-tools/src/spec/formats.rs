//! The formats of texts: what each decides, and whether a text is of it.

/// A value of `format` beside `type: string` that decides or limits something.
#[derive(Clone, Copy, Debug)]
pub struct TextFormat {
    /// The value of `format`.
    pub name: &'static str,
    /// What it decides.
    pub role: FormatRole,
    /// Whether a text is of it; every text is where nothing can be said.
    pub is: fn(&str) -> bool,
    /// A text of it; nothing where any text is one.
    pub sample: &'static str,
    /// What limits say of it, behind "a text that is".
    pub words: &'static str,
    /// Whether such a text is made by a machine: no prose, and as long as the format says.
    pub is_of_machine: bool,
    /// How the runtime tells such a text from others where it chooses the variant of a union; it does not where there is none.
    pub resembles: Option<fn(&str) -> bool>,
    /// A text for a number below a million that can be searched for, and what to search for.
    pub canary: Option<fn(u32) -> (String, String)>,
}

/// What a format decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatRole {
    /// A Rust type, which holds no text of another form.
    Strict,
    /// A Rust type, which keeps a text of another form as it is.
    Lenient,
    /// A Rust type that holds any text.
    Typed,
    /// What is checked before it is sent, and no type.
    Sent,
    /// Nothing that the client looks at.
    Told,
}

impl TextFormat {
    /// A format of which nothing is said.
    const PLAIN: Self = Self {
        name: "",
        role: FormatRole::Told,
        is: |_| true,
        sample: "",
        words: "",
        is_of_machine: false,
        resembles: None,
        canary: None,
    };

    /// Whether it decides the Rust type of the value.
    pub fn is_type(&self) -> bool {
        matches!(self.role, FormatRole::Strict | FormatRole::Lenient | FormatRole::Typed)
    }

    /// Whether it decides a Rust type that holds no text of another form.
    pub fn is_strict(&self) -> bool {
        self.role == FormatRole::Strict
    }

    /// Whether it limits what is sent.
    pub fn is_limit(&self) -> bool {
        self.role == FormatRole::Sent
    }
}

impl PartialEq for TextFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for TextFormat {}

/// All formats that are known. Any other value of `format` says nothing.
pub const TEXT_FORMATS: &[TextFormat] = &[
    TextFormat { name: "binary", role: FormatRole::Typed, is_of_machine: true, ..TextFormat::PLAIN },
    TextFormat { name: "byte", sample: "dGV4dA==", is_of_machine: true, ..TextFormat::PLAIN },
    TextFormat {
        name: "date",
        role: FormatRole::Strict,
        is: is_date,
        sample: "2024-02-29",
        is_of_machine: true,
        resembles: Some(begins_with_a_day),
        canary: Some(|number| (day(number), day(number))),
        ..TextFormat::PLAIN
    },
    TextFormat {
        name: "date-time",
        role: FormatRole::Strict,
        is: is_date_time,
        sample: "2024-02-29T12:30:00Z",
        is_of_machine: true,
        resembles: Some(begins_with_a_day),
        canary: Some(|number| (format!("{}T00:00:00Z", day(number)), day(number))),
        ..TextFormat::PLAIN
    },
    TextFormat {
        name: "decimal",
        role: FormatRole::Strict,
        is: is_decimal,
        sample: "12.50",
        is_of_machine: true,
        resembles: Some(|text| text.parse::<f64>().is_ok_and(f64::is_finite)),
        canary: Some(|number| (format!("70{number:06}.25"), format!("70{number:06}"))),
        ..TextFormat::PLAIN
    },
    TextFormat {
        name: "email",
        role: FormatRole::Sent,
        is: is_email,
        sample: "ann@example.com",
        words: "an email address",
        ..TextFormat::PLAIN
    },
    TextFormat { name: "password", role: FormatRole::Typed, ..TextFormat::PLAIN },
    TextFormat {
        name: "uri",
        role: FormatRole::Sent,
        is: is_uri,
        sample: "https://example.com/file",
        words: "a URI",
        canary: Some(|number| (format!("https://example.com/canary{number:06}"), format!("canary{number:06}"))),
        ..TextFormat::PLAIN
    },
    TextFormat {
        name: "utc-date-time",
        role: FormatRole::Lenient,
        sample: "2024-02-29 12:30:00",
        is_of_machine: true,
        ..TextFormat::PLAIN
    },
    TextFormat {
        name: "uuid",
        role: FormatRole::Sent,
        is: is_uuid,
        sample: "497f6eca-6276-4993-bfeb-53cbbbba6f08",
        words: "a UUID",
        is_of_machine: true,
        canary: Some(|number| {
            let text = format!("ca9a7e00-0000-4000-8000-{number:012}");
            (text.clone(), text)
        }),
        ..TextFormat::PLAIN
    },
];

/// What is known of a format by its name.
pub fn text_format(name: &str) -> Option<&'static TextFormat> {
    TEXT_FORMATS.iter().find(|format| format.name == name)
}

/// A day in a year in which nobody alive was born.
fn day(number: u32) -> String {
    format!("{}-07-17", 1000 + number % 900)
}

/// What the runtime takes for a day, or a time on one, before it reads it.
fn begins_with_a_day(text: &str) -> bool {
    let at = |index: usize| text.as_bytes().get(index) == Some(&b'-');
    text.len() >= 10 && at(4) && at(7)
}

/// An exact decimal as vendors write money: digits, at most one point, no exponent.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// As much as the client checks before it sends: a name, one `@`, a host.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let complete = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    complete && !text.contains(char::is_whitespace)
}

/// A UUID in its canonical form, of any version (RFC 9562, section 4).
fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    let hexadecimal = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.iter().map(|group| group.len()).eq(lengths) && groups.into_iter().all(hexadecimal)
}

/// A URI with a scheme, of the characters that RFC 3986 allows.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let scheme_is_sound = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    // What follows a percent sign are two hexadecimal digits.
    let mut encoded = rest.split('%').skip(1);
    let encoded_is_sound =
        encoded.all(|part| part.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    scheme_is_sound && rest.bytes().all(allowed) && encoded_is_sound
}

/// A full date of RFC 3339.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// A date and a time with an offset, as RFC 3339 has them.
fn is_date_time(text: &str) -> bool {
    text.split_once(['T', 't']).is_some_and(|(date, time)| is_date(date) && is_time(time))
}

fn is_time(text: &str) -> bool {
    let offset = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, offset) = text.split_at(offset);
    let offset_is_sound = match offset.strip_prefix(['+', '-']) {
        Some(offset) => offset.split_once(':').is_some_and(|(hour, minute)| is_clock(hour, minute)),
        None => offset.eq_ignore_ascii_case("z"),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else {
        return false;
    };
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let fraction_is_sound = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    // A leap second is the 61st of a minute.
    let second_is_sound = digits(second, 2).is_some_and(|second| second <= 60);
    offset_is_sound && is_clock(hour, minute) && second_is_sound && fraction_is_sound
}

fn is_clock(hour: &str, minute: &str) -> bool {
    digits(hour, 2).is_some_and(|hour| hour <= 23) && digits(minute, 2).is_some_and(|minute| minute <= 59)
}

/// The value of so many decimal digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{TEXT_FORMATS, is_date, is_date_time, is_decimal, is_email, is_uri, is_uuid};

    #[test]
    fn what_the_table_makes_is_of_the_format() {
        for format in TEXT_FORMATS {
            assert!((format.is)(format.sample), "{}: the sample", format.name);
            for number in [0, 1, 999_999] {
                let Some((text, searched)) = format.canary.map(|canary| canary(number)) else { continue };
                assert!((format.is)(&text), "{}: {text}", format.name);
                assert!(text.contains(&searched) && searched.len() >= 8, "{}: {searched}", format.name);
            }
            assert!(format.resembles.is_none_or(|resembles| resembles(format.sample)), "{}", format.name);
            assert_eq!(format.is_limit(), !format.words.is_empty(), "{}: limits are told in words", format.name);
        }
        let names: Vec<&str> = TEXT_FORMATS.iter().map(|format| format.name).collect();
        assert!(names.is_sorted(), "a name stands once");
    }

    #[test]
    fn texts_are_of_a_format_or_not() {
        type Cases<'c> = (fn(&str) -> bool, &'c [&'c str], &'c [&'c str]);
        let all: [Cases<'_>; 6] = [
            (is_decimal, &["0", "-12.50", "00.1"], &["", "-", "1.", ".5", "1e3", "1.2.3", "+1", "١"]),
            (is_email, &["ann@example", "a+b@example.com"], &["ann", "@example", "ann@", "a@b@c", "a b@example"]),
            (
                is_uuid,
                &["497f6eca-6276-4993-bfeb-53cbbbba6f08", "497F6ECA-6276-4993-BFEB-53CBBBBA6F08"],
                &[
                    "",
                    "497f6eca62764993bfeb53cbbbba6f08",
                    "497f6eca-6276-4993-bfeb-53cbbbba6f0g",
                    "497f6eca-6276-4993-bfeb",
                ],
            ),
            // RFC 3986, section 1.1.2.
            (
                is_uri,
                &[
                    "ftp://ftp.is.co.za/rfc/rfc1808.txt",
                    "http://www.ietf.org/rfc/rfc2396.txt",
                    "ldap://[2001:db8::7]/c=GB?objectClass?one",
                    "mailto:John.Doe@example.com",
                    "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
                ],
                &[
                    "string",
                    "//example.com",
                    "1http://example.com",
                    "http://a b",
                    "http://a/%4",
                    "http://a/%zz",
                    "http://a/ä",
                ],
            ),
            (
                is_date,
                &["2024-02-29", "2000-02-29", "2023-12-31"],
                &["2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "2024-1-01", "2024-01-00", "24-01-01"],
            ),
            // RFC 3339, section 5.8.
            (
                is_date_time,
                &[
                    "1985-04-12T23:20:50.52Z",
                    "1996-12-19T16:39:57-08:00",
                    "1990-12-31T23:59:60Z",
                    "1990-12-31T15:59:60-08:00",
                    "1937-01-01T12:00:27.87+00:20",
                ],
                &[
                    "2024-02-29T12:00:00",
                    "2024-02-29 12:00:00Z",
                    "2024-02-29T24:00:00Z",
                    "2024-02-29T12:60:00Z",
                    "2024-02-29T12:00:61Z",
                    "2024-02-29T12:00Z",
                    "2024-02-29T12:00:00.Z",
                    "2024-02-29T12:00:00+0100",
                    "2024-02-30T12:00:00Z",
                ],
            ),
        ];
        for (is_format, sound, unsound) in all {
            for text in sound {
                assert!(is_format(text), "{text:?} is of the format");
            }
            for text in unsound {
                assert!(!is_format(text), "{text:?} is not of the format");
            }
        }
    }
}
