//! Times as some vendors write them: without a zone, in UTC.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDateTime, SubsecRound as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::check::Check;
use crate::parameter::Parameter;
use crate::{__private, Timestamp};

/// How the form is written; a fraction of a second is shown only where there is one.
const FORM: &str = "%Y-%m-%d %H:%M:%S%.f";

/// A point in time that is written as `YYYY-MM-DD hh:mm:ss`, without a zone, and means UTC.
///
/// What is read may also follow RFC 3339. A text of any other form is kept as it came: one odd time does not cost the rest of a
/// response. [`timestamp`](Self::timestamp) tells the point in time.
///
/// It is made from a [`Timestamp`], whose fractions of a second are left off, since the form has none.
///
/// ```
/// use onboarding_core::{Timestamp, UtcDateTime};
///
/// let at: Timestamp = "2024-02-29T13:30:00.25+01:00".parse().unwrap();
/// assert_eq!(UtcDateTime::from(at).to_string(), "2024-02-29 12:30:00");
/// assert_eq!(UtcDateTime::from("2024-02-29 12:30:00").timestamp(), "2024-02-29T12:30:00Z".parse().ok());
/// assert_eq!(UtcDateTime::from("tomorrow").timestamp(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UtcDateTime {
    /// A point in time.
    Known(Timestamp),
    /// A text of another form, as it came.
    Unknown(String),
}

impl UtcDateTime {
    /// The point in time; `None` where a text of another form was read.
    pub const fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::Known(timestamp) => Some(*timestamp),
            Self::Unknown(_) => None,
        }
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Known(timestamp) => Cow::Owned(timestamp.format(FORM).to_string()),
            Self::Unknown(text) => Cow::Borrowed(text),
        }
    }
}

/// In whole seconds: the form has no fractions.
impl From<Timestamp> for UtcDateTime {
    fn from(timestamp: Timestamp) -> Self {
        Self::Known(timestamp.trunc_subsecs(0))
    }
}

impl From<&str> for UtcDateTime {
    fn from(text: &str) -> Self {
        let without_zone = || NaiveDateTime::parse_from_str(text, FORM).ok().map(|at| at.and_utc());
        let with_zone = || DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
        if let Some(timestamp) = without_zone().or_else(with_zone) {
            Self::Known(timestamp)
        } else {
            __private::note_unknown("UtcDateTime", text);
            Self::Unknown(text.to_owned())
        }
    }
}

impl From<String> for UtcDateTime {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for UtcDateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())
    }
}

impl Parameter for UtcDateTime {
    fn to_text(&self) -> Cow<'_, str> {
        self.text()
    }
}

impl Check for UtcDateTime {}

impl Serialize for UtcDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for UtcDateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        __private::text(deserializer, "a time").map(|text| Self::from(text.as_ref()))
    }
}

crate::__json_schema!(scalar UtcDateTime "string");

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::UtcDateTime;
    use crate::{DateTime, Timestamp};

    fn read(text: &str) -> UtcDateTime {
        serde_json::from_value(text.into()).unwrap()
    }

    #[test]
    fn both_documented_forms_are_read_and_the_vendor_s_is_written() {
        let noon: Timestamp = "2024-02-29T12:00:00Z".parse().unwrap();
        for text in ["2024-02-29 12:00:00", "2024-02-29T12:00:00Z", "2024-02-29T14:00:00+02:00", "2024-02-29 12:00:00Z"]
        {
            assert_eq!(read(text).timestamp(), Some(noon), "{text}");
            assert_eq!(serde_json::to_value(read(text)).unwrap(), "2024-02-29 12:00:00", "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_kept_as_it_came() {
        for text in ["", "string", "2024-02-30 12:00:00", "2024-02-29", "2024-02-29T12:00:00", "12:00:00"] {
            assert_eq!(read(text), UtcDateTime::Unknown(text.to_owned()));
            assert_eq!(serde_json::to_value(read(text)).unwrap(), text);
        }
        assert!(serde_json::from_value::<UtcDateTime>(1_709_208_000.into()).is_err());
    }

    #[test]
    fn a_fraction_that_was_read_is_written_again() {
        assert_eq!(read("2024-02-29 12:00:00.250").to_string(), "2024-02-29 12:00:00.250");
        assert_eq!(
            UtcDateTime::from(read("2024-02-29 12:00:00.250").timestamp().unwrap()).to_string(),
            "2024-02-29 12:00:00"
        );
    }

    proptest! {
        #[test]
        fn every_second_survives(seconds in 0_i64..253_402_300_800) {
            let timestamp = DateTime::from_timestamp(seconds, 0).unwrap();
            prop_assert_eq!(read(&UtcDateTime::from(timestamp).to_string()).timestamp(), Some(timestamp));
        }

        #[test]
        fn no_text_is_changed_or_refused(text in any::<String>()) {
            if let UtcDateTime::Unknown(kept) = read(&text) {
                prop_assert_eq!(kept, text);
            }
        }
    }
}
