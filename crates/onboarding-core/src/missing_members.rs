//! The error of a builder that was not given all required members.

use std::fmt;

/// Required members that were not given to a builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingMembers {
    type_name: &'static str,
    members: Vec<&'static str>,
}

impl MissingMembers {
    /// The type that was to be built.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The members that are missing, by the names of their setters.
    pub fn members(&self) -> &[&'static str] {
        &self.members
    }
}

impl fmt::Display for MissingMembers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "required members of `{}` are missing: `{}`", self.type_name, self.members.join("`, `"))
    }
}

impl std::error::Error for MissingMembers {}

/// The error of a builder with these members, of which some are set.
pub fn missing_members(type_name: &'static str, members: &[(&'static str, bool)]) -> MissingMembers {
    let missing = members.iter().filter(|(_, is_set)| !is_set);
    MissingMembers { type_name, members: missing.map(|(member, _)| *member).collect() }
}
