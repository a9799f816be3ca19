//! Scopes: what a name of the document becomes in each, and which of them become the same name.

use std::collections::BTreeMap;

use super::taken::{IMPORTED, IN_TESTS, PRELUDE, SETTERS};
use super::{snake_case, upper_camel_case};

/// Where a name is used, and so which names are taken there: by what the emitters and the macros of the runtime write, whatever the
/// document says. `tests/names.rs` compares that with what they write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A type of the vendor's, beside what its module uses by a short name.
    Type,
    /// The type of a call with optional parts, beside what its module imports.
    CallType,
    /// A type in `errors`: of the errors of an operation, or of what it returns by status.
    Result,
    /// A method of the client.
    Method,
    /// A setter of a call.
    Setter,
    /// An argument of a method.
    Argument,
    /// A member of an object, which is a setter too, and the method that clears it.
    Member,
    /// A variant of an enumeration or a union.
    Variant,
    /// A form of credentials: the function that makes it, and its arguments.
    Constructor,
    /// A setter of what signs in.
    SignIn,
    /// An environment of the vendor's, as a variant.
    Environment,
    /// A module of operations and types.
    Module,
    /// A test of the generated tests, beside what they share.
    Test,
    /// A method of a mock, which says that an operation is called.
    Mock,
    /// A method of what a mock says of calls.
    Expectation,
}

/// Something that has a name in a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim<P> {
    /// Where the document has it.
    pub place: P,
    /// What it is, for a person: ``the member `first-name` ``.
    pub owner: String,
    /// Its name in Rust.
    pub name: String,
}

/// Two things that have the same name in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash<P> {
    /// The one that comes first in the document.
    pub first: Claim<P>,
    /// The other.
    pub second: Claim<P>,
}

impl Scope {
    /// The name in Rust of something that the document names `text`, or for which it has `given` as the `x-rust-name`. It depends on
    /// nothing else, so it stays when other names are added. Keywords and names that are taken are changed, always in the same way.
    pub fn name(self, text: &str, given: Option<&str>) -> String {
        self.free(match given {
            Some(given) => given.to_owned(),
            None if self.is_of_types() => upper_camel_case(text),
            None => snake_case(text),
        })
    }

    /// Whether names of this scope are in `PascalCase`; the others are in `snake_case`.
    pub const fn is_of_types(self) -> bool {
        matches!(self, Self::Type | Self::CallType | Self::Result | Self::Variant | Self::Environment)
    }

    /// Whether generated code has the name already.
    pub fn is_taken(self, name: &str) -> bool {
        match self {
            Self::Type | Self::Result => PRELUDE.contains(&name),
            Self::CallType => PRELUDE.contains(&name) || IMPORTED.contains(&name),
            // A method `clone` would be called where a service wants another handle of the client.
            Self::Method => ["builder", "clone", "core", "follow", "idle", "new", "webhook_keys"].contains(&name),
            Self::Setter => SETTERS.contains(&name),
            Self::Argument => name == "body",
            Self::Member => ["build", "builder", "extra", "new"].contains(&name),
            Self::Variant => ["Self", "Unknown"].contains(&name),
            Self::Environment => name == "Self",
            Self::Constructor => false,
            Self::SignIn => ["authorize_url", "store", "store_timeout"].contains(&name),
            // The others are devices of Windows, which has no files of these names.
            Self::Module => ["aux", "con", "nul", "prn", "shared"].contains(&name),
            Self::Test => IN_TESTS.contains(&name),
            Self::Mock => ["builder", "client", "new", "raw", "transport", "verify", "when"].contains(&name),
            Self::Expectation => {
                ["absent", "body", "body_matching", "header", "matching", "then", "without_body"].contains(&name)
            }
        }
    }

    /// The name, changed if it is taken. No name of the document's ends in an underscore, so that none can be met by this. What has
    /// no other name to be changed to is reported: a type of the prelude, and the module of what tags share.
    fn free(self, name: String) -> String {
        if !self.is_taken(&name) {
            return name;
        }
        match self {
            Self::Type | Self::Result => name,
            Self::Module if name == "shared" => name,
            Self::CallType => format!("{name}Call"),
            Self::Variant if name == "Unknown" => format!("Documented{name}"),
            _ => format!("{name}_"),
        }
    }

    /// What something of this scope becomes, for a person.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Type => "the type",
            Self::CallType => "the type of a call",
            Self::Result => "the type in `errors`",
            Self::Method | Self::Mock | Self::Expectation => "the method",
            Self::Setter | Self::Argument => "the parameter",
            Self::Member => "the field or method",
            Self::Variant | Self::Environment => "the variant",
            Self::Constructor => "the constructor",
            Self::SignIn => "the setter",
            Self::Module => "the module",
            Self::Test => "the test",
        }
    }

    /// The claims that cannot both be met. The one that comes first in the document keeps the name, in whatever order they are given.
    pub fn clashes<P: Clone + Ord>(self, claims: impl IntoIterator<Item = Claim<P>>) -> Vec<Clash<P>> {
        let mut claims: Vec<Claim<P>> = claims.into_iter().collect();
        claims.sort();
        let mut holders: BTreeMap<String, Claim<P>> = BTreeMap::new();
        let mut clashes = Vec::new();
        for claim in claims {
            // Files are named after types, and some file systems do not distinguish capitals.
            let key = if self == Self::Type { claim.name.to_lowercase() } else { claim.name.clone() };
            match holders.get(&key) {
                Some(first) => clashes.push(Clash { first: first.clone(), second: claim }),
                None => {
                    holders.insert(key, claim);
                }
            }
        }
        clashes
    }
}

impl<P> Clash<P> {
    /// What is wrong, where `line` is that of the first.
    pub fn message(&self, scope: Scope, line: usize) -> String {
        let Self { first, second } = self;
        format!("{} becomes {} `{}`, as {} on line {line} does", second.owner, scope.what(), second.name, first.owner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, Clash, Scope};

    fn claim(place: usize, owner: &str, name: &str) -> Claim<usize> {
        Claim { place, owner: owner.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn a_name_that_is_taken_is_changed_to_one_that_no_document_has() {
        for (scope, text, given, name) in [
            (Scope::Method, "new", None, "new_"),
            (Scope::Method, "x", Some("core"), "core_"),
            (Scope::Method, "renew", None, "renew"),
            (Scope::CallType, "operation", None, "OperationCall"),
            (Scope::Variant, "unknown", None, "DocumentedUnknown"),
            (Scope::Variant, "self", None, "Self_"),
            (Scope::Variant, "x", Some("Self"), "Self_"),
            (Scope::Environment, "unknown", None, "Unknown"),
            (Scope::Setter, "pages", None, "pages_"),
            (Scope::Argument, "pages", None, "pages"),
            (Scope::Argument, "type", None, "type_"),
            (Scope::Member, "extra", None, "extra_"),
            (Scope::Module, "Mod", None, "mod_"),
            (Scope::Module, "AUX", None, "aux_"),
            (Scope::Mock, "verify", None, "verify_"),
            (Scope::Expectation, "then", None, "then_"),
            (Scope::CallType, "send", None, "SendCall"),
        ] {
            assert_eq!(scope.name(text, given), name, "{scope:?} {text} {given:?}");
        }
    }

    #[test]
    fn the_first_in_the_document_keeps_a_name_in_whatever_order_they_come() {
        let claims = [claim(7, "b", "x"), claim(3, "a", "x"), claim(5, "c", "y"), claim(9, "d", "x")];
        let expected = [
            Clash { first: claim(3, "a", "x"), second: claim(7, "b", "x") },
            Clash { first: claim(3, "a", "x"), second: claim(9, "d", "x") },
        ];
        assert_eq!(Scope::Member.clashes(claims.clone()), expected);
        assert_eq!(Scope::Member.clashes(claims.into_iter().rev()), expected);
        assert_eq!(expected[0].message(Scope::Method, 3), "b becomes the method `x`, as a on line 3 does");
    }

    #[test]
    fn types_are_compared_without_regard_to_case_and_nothing_else_is() {
        let claims = [claim(1, "a", "IBan"), claim(2, "b", "Iban")];
        assert_eq!(Scope::Type.clashes(claims.clone()).len(), 1);
        assert_eq!(Scope::Variant.clashes(claims).len(), 0);
    }
}
