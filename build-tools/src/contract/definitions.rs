//! The types as the contract has them: what each is made of, and how members, parameters and bodies use it.

use super::scalars::Scalar;
use crate::model::Limits;
use crate::names::clearing;

/// A type as a member, parameter or body uses it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeUse {
    /// A type of the contract, by its Rust name.
    Named(String),
    /// A type of the contract that would otherwise contain itself without end.
    Boxed(String),
    /// A value without parts.
    Scalar(Scalar),
    /// A list.
    List(Box<TypeUse>),
    /// An object with keys of the vendor's or caller's choice.
    Map(Box<TypeUse>),
    /// A value or null: an item of a list, a value of a map, or a whole body. A member says so by its [`Presence`].
    Nullable(Box<TypeUse>),
}

impl TypeUse {
    /// The type of the contract that is used, through lists, maps and null.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) | Self::Boxed(name) => Some(name),
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.named(),
            Self::Scalar(_) => None,
        }
    }
}

/// A type of the contract.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own, in any combination")]
pub struct TypeDefinition {
    /// The name of the component.
    pub component: String,
    /// The name in Rust.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What it must fit beyond its type.
    pub limits: Limits,
    /// What it is made of.
    pub kind: Kind,
    /// Whether it identifies a person or opens a door wherever it is used.
    pub sensitive: bool,
    /// Whether it is part of a request.
    pub sent: bool,
    /// Whether it is part of a response or of a webhook.
    pub read: bool,
    /// Whether it stands in a path, query or header.
    pub parameter: bool,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// The module that holds it: that of the only tag that uses it, otherwise `shared`.
    pub module: String,
    /// The builder that takes its required members by name, where so many of them can be given as a text that two could be swapped
    /// unseen.
    pub builder: Option<String>,
}

/// What a type is made of.
#[derive(Clone, Debug)]
pub enum Kind {
    /// An object with named members.
    Object {
        /// Members with one fixed value.
        constants: Vec<Constant>,
        /// The other members, required ones first.
        members: Vec<Member>,
        /// What members beyond these are, where they are kept.
        extra: Option<Box<Extra>>,
    },
    /// A text of which some values are documented: the variant's name, and the value.
    StringEnum(Vec<(String, String)>),
    /// A union told apart by the value of a member.
    TaggedUnion {
        /// The name of that member.
        tag: String,
        /// The variants; `wire` is the value.
        variants: Vec<Variant>,
    },
    /// A union told apart by form.
    UntaggedUnion(Vec<Variant>),
    /// A text that identifies something.
    TextIdentifier,
    /// A number that identifies something.
    IntegerIdentifier {
        /// Whether it is one from zero to 2^64 - 1.
        unsigned: bool,
    },
    /// The address of one thing.
    ResourceUrl {
        /// The path with placeholders, the last of which is the identifier.
        template: String,
        /// The type of the identifier.
        identifier: String,
    },
}

impl Kind {
    /// What its members or variants hold.
    pub fn values(&self) -> Vec<&TypeUse> {
        match self {
            Self::Object { members, extra, .. } => {
                members.iter().map(|member| &member.value).chain(extra.iter().map(|extra| &extra.value)).collect()
            }
            Self::TaggedUnion { variants, .. } | Self::UntaggedUnion(variants) => {
                variants.iter().map(|variant| &variant.value).collect()
            }
            Self::StringEnum(_) | Self::TextIdentifier | Self::IntegerIdentifier { .. } | Self::ResourceUrl { .. } => {
                Vec::new()
            }
        }
    }
}

/// Members of an object beyond those with names of their own.
#[derive(Clone, Debug)]
pub struct Extra {
    /// The type of each.
    pub value: TypeUse,
    /// What they are, where the document says so.
    pub description: String,
    /// What each must fit beyond its type.
    pub limits: Limits,
}

/// A member with one fixed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The name on the wire.
    pub wire: String,
    /// The name in Rust.
    pub name: String,
    /// The value.
    pub value: String,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name on the wire.
    pub wire: String,
    /// The name in Rust.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What it must fit beyond its type.
    pub limits: Limits,
    /// The type of its value.
    pub value: TypeUse,
    /// Whether it can be left out or null.
    pub presence: Presence,
    /// Whether it is kept out of `Debug`.
    pub private: bool,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
}

impl Member {
    /// The name of the method that clears it.
    pub fn clearing(&self) -> String {
        clearing(&self.name)
    }
}

/// Whether a member can be left out or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always there, with a value.
    Required,
    /// Always there, perhaps null.
    RequiredNullable,
    /// Perhaps left out; where it is read, null means the same.
    Optional,
    /// Left out, null and a value are three things. Only in what is sent.
    ThreeState,
}

/// A variant of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name in Rust.
    pub name: String,
    /// The value of the tag; empty in unions without one.
    pub wire: String,
    /// What it holds.
    pub value: TypeUse,
    /// What it must fit beyond its type.
    pub limits: Limits,
    /// Whether it is kept out of `Debug`.
    pub private: bool,
    /// What it is, where the document says so in place.
    pub description: String,
    /// What tells it from the other variants, in unions without a tag.
    pub forms: Vec<VariantForm>,
}

/// One form of a variant's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantForm {
    /// The kind of its JSON: `object`, `array`, `string`, `boolean`, `number`, `integer`, `null` or `any`.
    pub kind: &'static str,
    /// What tells it from the forms of other variants that have the same kind.
    pub marks: Vec<Mark>,
}

/// What tells a form from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A member that it requires and the others do not have.
    Member(String),
    /// A member that it requires and some of the others have, but need not have.
    SharedMember(String),
    /// A member that the others have as another kind.
    MemberOfKind(String, &'static str),
    /// A member that is a constant.
    Constant(String, String),
    /// A member that is one of these, as far as is documented.
    MemberAmong(String, Vec<String>),
    /// The text is one of these.
    Among(Vec<String>),
    /// The items are of this kind.
    Items(&'static str),
    /// The text has this format.
    Format(&'static str),
}
