//! Whether a text is of one of the formats that decide a Rust type or that the client checks before it sends.

/// An exact decimal as vendors write money: digits, at most one point, no exponent.
pub(super) fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// As much as the client checks before it sends: a name, one `@`, a host.
pub(super) fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let complete = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    complete && !text.contains(char::is_whitespace)
}

/// A UUID in its canonical form, of any version (RFC 9562, section 4).
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    let hexadecimal = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.iter().map(|group| group.len()).eq(lengths) && groups.into_iter().all(hexadecimal)
}

/// A URI with a scheme, of the characters that RFC 3986 allows.
pub(super) fn is_uri(text: &str) -> bool {
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
pub(super) fn is_date(text: &str) -> bool {
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
pub(super) fn is_date_time(text: &str) -> bool {
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
    use super::{is_date, is_date_time, is_decimal, is_email, is_uri, is_uuid};

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
