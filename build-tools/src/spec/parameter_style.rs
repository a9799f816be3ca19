//! How parameters are written into a request: one table for lint, which refuses all else, and for the contract, whose emitters take
//! the runtime's function from it.

/// Where a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

impl Location {
    /// The location as the document writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }

    /// The style of a parameter that names none.
    pub const fn usual_style(self) -> &'static str {
        match self {
            Self::Query => "form",
            Self::Path | Self::Header => "simple",
        }
    }
}

/// One way to write a parameter.
#[derive(Debug, PartialEq, Eq)]
pub struct ParameterStyle {
    /// Where it is.
    pub location: Location,
    /// The `style`.
    pub keyword: &'static str,
    /// The `explode` that it needs, where that makes a difference.
    pub explode: Option<bool>,
    /// Whether it takes a list.
    pub is_list: bool,
    /// The runtime's function that writes it.
    pub function: &'static str,
    /// What that function puts between items, where it is given that.
    pub separator: Option<char>,
    /// How the items of a list travel, for a person.
    pub items: &'static str,
}

const fn one(location: Location, function: &'static str) -> ParameterStyle {
    let keyword = location.usual_style();
    ParameterStyle { location, keyword, explode: None, is_list: false, function, separator: None, items: "" }
}

const fn list(location: Location, function: &'static str, items: &'static str) -> ParameterStyle {
    ParameterStyle { is_list: true, items, ..one(location, function) }
}

const fn delimited(keyword: &'static str, separator: char, items: &'static str) -> ParameterStyle {
    let joined = list(Location::Query, "query_joined", items);
    ParameterStyle { keyword, explode: Some(false), separator: Some(separator), ..joined }
}

const JOINED: &str = "items joined by commas";

/// All that can be written. A new way with a separator is one more row; any other needs a function of the runtime, in `Request` for
/// required parameters and in `Call` for the setters of optional ones.
pub const PARAMETER_STYLES: &[ParameterStyle] = &[
    one(Location::Path, "path"),
    list(Location::Path, "path_joined", JOINED),
    one(Location::Query, "query"),
    ParameterStyle { explode: Some(true), ..list(Location::Query, "query_each", "once for each item") },
    ParameterStyle { explode: Some(false), separator: Some(','), ..list(Location::Query, "query_joined", JOINED) },
    delimited("pipeDelimited", '|', "items joined by pipes"),
    delimited("spaceDelimited", ' ', "items joined by spaces"),
    one(Location::Header, "header"),
    list(Location::Header, "header_joined", JOINED),
];

/// The way that a document asks for, where there is one. Lists are exploded when `form` says nothing, and not in other styles.
pub fn parameter_style(
    location: &str,
    style: Option<&str>,
    explode: Option<bool>,
    is_list: bool,
) -> Option<&'static ParameterStyle> {
    PARAMETER_STYLES.iter().find(|row| {
        let keyword = style.unwrap_or_else(|| row.location.usual_style());
        row.location.as_str() == location
            && row.keyword == keyword
            && row.is_list == is_list
            && row.explode.is_none_or(|needed| needed == explode.unwrap_or(keyword == "form"))
    })
}
