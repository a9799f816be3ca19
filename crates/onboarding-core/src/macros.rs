//! The forms that generated types take. Each keeps the source of a vendor crate short and its build cheap: one small impl of
//! each trait, and what can be shared is a function of this crate.

/// A JSON object.
///
/// Members stand in groups: `constant` (always written, must be there when read, not kept), `required`, `optional` (`Option<T>`: left out when `None`, and `null` is
/// read as `None`), `nullable` ([`Patch<T>`](crate::Patch): three states) and `extra` (members beyond the documented ones, by name).
/// `private` before a wire name keeps the value out of `Debug`. Members that nobody documented are ignored on reading.
///
/// With `sent` behind the name, the object can be built (required members in `new`, others by setters) and is held against the
/// rules that stand in brackets behind the wire names, and behind the name for the object as a whole.
#[macro_export]
macro_rules! object {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident $(: $sent:ident)? $([$($tr:ident($($ta:expr)?)),*])? {
            $(constant { $($cf:ident: $cv:literal = $cw:literal),* $(,)? })?
            $(required { $($(#[$rm:meta])* $rf:ident: $rt:ty = $($rp:ident)? $rw:literal $([$($rr:ident($($ra:expr)?)),*])?),* $(,)? })?
            $(optional { $($(#[$om:meta])* $of:ident: $ot:ty = $($op:ident)? $ow:literal $([$($or:ident($($oa:expr)?)),*])?),* $(,)? })?
            $(nullable { $($(#[$nm:meta])* $nf:ident / $nc:ident: $nt:ty = $($np:ident)? $nw:literal $([$($nr:ident($($na:expr)?)),*])?),* $(,)? })?
            $(extra { $(#[$em:meta])* $ef:ident: $et:ty $(= [$($er:ident($($ea:expr)?)),*])? })?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $($($(#[$rm])* $(#[doc = ::core::concat!("\n\nKept out of `Debug`: ", ::core::stringify!($rp), ".")])? pub $rf: $rt,)*)?
            $($($(#[$om])* $(#[doc = ::core::concat!("\n\nKept out of `Debug`: ", ::core::stringify!($op), ".")])? pub $of: ::core::option::Option<$ot>,)*)?
            $($($(#[$nm])* $(#[doc = ::core::concat!("\n\nKept out of `Debug`: ", ::core::stringify!($np), ".")])? pub $nf: $crate::Patch<$nt>,)*)?
            $($(#[$em])* pub $ef: $crate::Map<$et>,)?
        }

        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::debug_object(formatter, ::core::stringify!($Name), &[
                    $($((::core::stringify!($rf), $crate::__shown!($($rp)? self.$rf)),)*)?
                    $($((::core::stringify!($of), $crate::__shown!($($op)? self.$of)),)*)?
                    $($((::core::stringify!($nf), $crate::__shown!($($np)? self.$nf)),)*)?
                    $((::core::stringify!($ef), &$crate::__private::Redacted),)?
                ])
            }
        }

        // What is named here begins with underscores: the types of the vendor's members are named here too.
        impl<'de> $crate::__private::serde::Deserialize<'de> for $Name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                struct __Members;

                impl<'de> $crate::__private::serde::de::Visitor<'de> for __Members {
                    type Value = $Name;

                    #[inline]
                    fn expecting(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        formatter.write_str("an object")
                    }

                    fn visit_map<__A: $crate::__private::serde::de::MapAccess<'de>>(
                        self,
                        mut map: __A,
                    ) -> ::core::result::Result<$Name, __A::Error> {
                        $($(let mut $cf = ::core::option::Option::None;)*)?
                        $($(let mut $rf = ::core::option::Option::None;)*)?
                        $($(let mut $of = ::core::option::Option::None;)*)?
                        $($(let mut $nf = $crate::Patch::Keep;)*)?
                        $(let mut $ef = $crate::Map::<$et>::new();)?
                        while let ::core::option::Option::Some(key) = map.next_key::<$crate::__private::Key<'de>>()? {
                            match key.as_ref() {
                                $($($cw => $cf = ::core::option::Option::Some($crate::__private::constant(&mut map)?),)*)?
                                $($($rw => $crate::__private::read::<_, $rt>(&mut map, &mut $rf)?,)*)?
                                $($($ow => $crate::__private::read_optional::<_, ::core::option::Option<$ot>>(&mut map, &mut $of)?,)*)?
                                $($($nw => $crate::__private::read_optional::<_, $crate::Patch<$nt>>(&mut map, &mut $nf)?,)*)?
                                $(_ if { let _ = ::core::stringify!($ef); true } => {
                                    $crate::__private::further::<_, $et>(&mut map, key, &mut $ef)?;
                                })?
                                _ => { map.next_value::<$crate::__private::IgnoredAny>()?; }
                            }
                        }
                        $($($crate::__private::required($cf, $cw)?;)*)?
                        ::core::result::Result::Ok($Name {
                            $($($rf: $crate::__private::required($rf, $rw)?,)*)?
                            $($($of,)*)?
                            $($($nf,)*)?
                            $($ef,)?
                        })
                    }
                }

                // The names that an error may show.
                const __NAMES: &[&str] = &[$($($cw,)*)? $($($rw,)*)? $($($ow,)*)? $($($nw,)*)?];
                deserializer.deserialize_struct(::core::stringify!($Name), __NAMES, __Members)
            }
        }

        impl $crate::__private::Serialize for $Name {
            fn serialize<__S: $crate::__private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #[allow(unused_imports, reason = "an object without members writes none")]
                use $crate::__private::serde::ser::SerializeMap as _;

                #[allow(unused_mut, reason = "an object without members writes none")]
                let mut map = serializer.serialize_map(::core::option::Option::None)?;
                $($(map.serialize_entry($cw, $cv)?;)*)?
                $($(map.serialize_entry($rw, &self.$rf)?;)*)?
                $($(if let ::core::option::Option::Some(value) = &self.$of {
                    map.serialize_entry($ow, value)?;
                })*)?
                $($($crate::__private::patch_entry(&mut map, $nw, &self.$nf)?;)*)?
                $(for (member, value) in &self.$ef {
                    map.serialize_entry(member, value)?;
                })?
                $crate::__private::serde::ser::SerializeMap::end(map)
            }
        }

        $crate::__sent! {
            $($sent)? $Name
            [$($($tr($($ta)?),)*)?]
            [$($($cf,)*)?]
            [$($($rf: $rt = $rw [$($($rr($($ra)?)),*)?],)*)?]
            [$($($of: $ot = $ow [$($($or($($oa)?)),*)?],)*)?]
            [$($($nf / $nc: $nt = $nw [$($($nr($($na)?)),*)?],)*)?]
            [$($ef: $et [$($($er($($ea)?)),*)?])?]
            [$($($cw,)*)? $($($rw,)*)? $($($ow,)*)? $($($nw,)*)?]
        }

        $crate::__json_schema! {
            object $Name
            [$($($tr($($ta)?),)*)?]
            [$($($cw = $cv,)*)?]
            [$($($rt = $rw [$($($rr($($ra)?)),*)?],)*)?]
            [$($($ot = $ow [$($($or($($oa)?)),*)?],)*)?]
            [$($($nt = $nw [$($($nr($($na)?)),*)?],)*)?]
            [$($et [$($($er($($ea)?)),*)?])?]
        }
    };
}

/// The constructor and setters of an object that is sent, and the rules that it is held against.
#[doc(hidden)]
#[macro_export]
macro_rules! __sent {
    (sent $Name:ident
        [$($tr:ident($($ta:expr)?),)*]
        [$($cf:ident,)*]
        [$($rf:ident: $rt:ty = $rw:literal [$($rr:ident($($ra:expr)?)),*],)*]
        [$($of:ident: $ot:ty = $ow:literal [$($or:ident($($oa:expr)?)),*],)*]
        [$($nf:ident / $nc:ident: $nt:ty = $nw:literal [$($nr:ident($($na:expr)?)),*],)*]
        [$($ef:ident: $et:ty [$($er:ident($($ea:expr)?)),*])?]
        $documented:tt
    ) => {
        impl $crate::Check for $Name {
            #[inline]
            fn subject(&self) -> $crate::Subject<'_> {
                let members = [
                    $({ let _ = ::core::stringify!($cf); true },)*
                    $({ let _ = &self.$rf; true },)*
                    $(self.$of.is_some(),)*
                    $(!self.$nf.is_keep(),)*
                ];
                let count = members.into_iter().filter(|present: &bool| *present).count();
                $(let count = count + self.$ef.len();)?
                $crate::Subject::Members(count)
            }

            #[inline]
            fn check(&self) -> ::core::result::Result<(), $crate::Violation> {
                $crate::__private::all(self, const { &[$($crate::Rule::$tr($($ta)?)),*] })?;
                $($crate::__held!($rw, &self.$rf, [$($rr($($ra)?)),*]);)*
                $($crate::__held!($ow, &self.$of, [$($or($($oa)?)),*]);)*
                $($crate::__held!($nw, &self.$nf, [$($nr($($na)?)),*]);)*
                $($crate::__private::extra(
                    &self.$ef,
                    const { &[$($crate::Rule::$er($($ea)?)),*] },
                    &$documented,
                )?;)?
                ::core::result::Result::Ok(())
            }
        }

        impl $Name {
            /// The value with its required members.
            #[allow(clippy::too_many_arguments, clippy::new_without_default, reason = "as many as the vendor requires")]
            #[inline]
            pub fn new($($rf: impl ::core::convert::Into<$rt>),*) -> Self {
                Self {
                    $($rf: $rf.into(),)*
                    $($of: ::core::option::Option::None,)*
                    $($nf: $crate::Patch::Keep,)*
                    $($ef: $crate::Map::new(),)?
                }
            }

            $(
                #[doc = ::core::concat!("Sets [`", ::core::stringify!($of), "`](Self#structfield.", ::core::stringify!($of), ").")]
                #[must_use]
                pub fn $of(mut self, value: impl ::core::convert::Into<$ot>) -> Self {
                    self.$of = ::core::option::Option::Some(value.into());
                    self
                }
            )*

            $(
                #[doc = ::core::concat!("Sets [`", ::core::stringify!($nf), "`](Self#structfield.", ::core::stringify!($nf), ").")]
                #[must_use]
                pub fn $nf(mut self, value: impl ::core::convert::Into<$nt>) -> Self {
                    self.$nf = $crate::Patch::Set(value.into());
                    self
                }

                #[doc = ::core::concat!("Clears [`", ::core::stringify!($nf), "`](Self#structfield.", ::core::stringify!($nf), "): it is sent as `null`.")]
                #[must_use]
                #[inline]
                pub fn $nc(mut self) -> Self {
                    self.$nf = $crate::Patch::Clear;
                    self
                }
            )*

            $(
                /// Adds a member beyond the documented ones. With the name of a documented one the call is refused.
                #[must_use]
                pub fn $ef(mut self, member: impl ::core::convert::Into<String>, value: impl ::core::convert::Into<$et>) -> Self {
                    self.$ef.insert(member.into(), value.into());
                    self
                }
            )?
        }
    };
    ($Name:ident $($rest:tt)*) => {};
}

/// Holds a member against its rules. Most have none, and of those nothing is left when the value has no members either.
#[doc(hidden)]
#[macro_export]
macro_rules! __held {
    ($wire:literal, $value:expr, []) => {
        $crate::__private::within($wire, $value)?
    };
    ($wire:literal, $value:expr, [$($rule:ident($($argument:expr)?)),+]) => {
        $crate::__private::member($wire, $value, const { &[$($crate::Rule::$rule($($argument)?)),+] })?
    };
}

/// An object that is sent and needs one thing only, which is an object too: what that is made from can be given in its place.
#[macro_export]
macro_rules! wraps {
    ($Name:ident: $($Inner:ident),+) => {
        $(
            impl ::core::convert::From<$Inner> for $Name {
                #[inline]
                fn from(inner: $Inner) -> Self {
                    Self::new(inner)
                }
            }
        )+
    };
}

/// A member as `Debug` shows it.
#[doc(hidden)]
#[macro_export]
macro_rules! __shown {
    (private $value:expr) => {
        &$crate::__private::Redacted
    };
    ($value:expr) => {
        &$value
    };
}

/// A text of which the vendor documents some values. Values beyond them are kept in `Unknown`.
#[macro_export]
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident { $($(#[$vm:meta])* $Variant:ident = $wire:literal),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $(
                #[doc = ::core::concat!("`", $wire, "`")]
                $(#[$vm])*
                $Variant,
            )*
            /// A value that the vendor did not document when this crate was generated.
            Unknown(String),
        }

        impl $Name {
            /// Every documented value.
            pub const DOCUMENTED: &[Self] = &[$(Self::$Variant),*];

            /// The value as the vendor writes it.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $wire,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl ::core::convert::From<&str> for $Name {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    $($wire => Self::$Variant,)*
                    _ => {
                        // Heard only while a response is decoded, not where a service makes the value.
                        $crate::__private::note_unknown(::core::stringify!($Name), text);
                        Self::Unknown(text.to_owned())
                    }
                }
            }
        }

        impl $crate::Check for $Name {
            #[inline]
            fn subject(&self) -> $crate::Subject<'_> {
                $crate::Subject::Text(self.as_str())
            }
        }

        $crate::__text_impls!($Name);
        $crate::__json_schema!(text_enum $Name [$($wire)*]);
    };
}

/// An identifier: a type of its own, so that no other can be given in its place.
#[macro_export]
macro_rules! identifier {
    ($(#[$meta:meta])* pub struct $Name:ident(private String) $([$($rule:ident($($argument:expr)?)),*])?;) => {
        $crate::identifier!(@text $(#[$meta])* $Name [$($($rule($($argument)?)),*)?]);

        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(::core::concat!(::core::stringify!($Name), "([redacted])"))
            }
        }
    };
    ($(#[$meta:meta])* pub struct $Name:ident(String) $([$($rule:ident($($argument:expr)?)),*])?;) => {
        $crate::identifier!(@text $(#[$meta])* #[derive(Debug)] $Name [$($($rule($($argument)?)),*)?]);

        impl ::core::fmt::Display for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
    (@text $(#[$meta:meta])* $Name:ident [$($rule:ident($($argument:expr)?)),*]) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(String);

        impl $Name {
            /// The identifier as the vendor writes it.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::core::convert::From<&str> for $Name {
            #[inline]
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl $crate::Check for $Name {
            #[inline]
            fn subject(&self) -> $crate::Subject<'_> {
                $crate::Subject::Text(&self.0)
            }

            #[inline]
            fn check(&self) -> ::core::result::Result<(), $crate::Violation> {
                $crate::__private::all(self, const { &[$($crate::Rule::$rule($($argument)?)),*] })
            }
        }

        $crate::__text_impls!($Name);
        $crate::__json_schema!(identifier $Name String, [$($rule($($argument)?)),*]);
    };
    ($(#[$meta:meta])* pub struct $Name:ident(i64) $([$($rule:ident($($argument:expr)?)),*])?;) => {
        $crate::identifier!(@number $(#[$meta])* $Name i64 [$($($rule($($argument)?)),*)?]);
    };
    ($(#[$meta:meta])* pub struct $Name:ident(u64) $([$($rule:ident($($argument:expr)?)),*])?;) => {
        $crate::identifier!(@number $(#[$meta])* $Name u64 [$($($rule($($argument)?)),*)?]);
    };
    (@number $(#[$meta:meta])* $Name:ident $Integer:ident [$($rule:ident($($argument:expr)?)),*]) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(pub $Integer);

        impl $crate::Check for $Name {
            #[inline]
            fn subject(&self) -> $crate::Subject<'_> {
                $crate::Check::subject(&self.0)
            }

            #[inline]
            fn check(&self) -> ::core::result::Result<(), $crate::Violation> {
                $crate::__private::all(self, const { &[$($crate::Rule::$rule($($argument)?)),*] })
            }
        }

        impl ::core::convert::From<$Integer> for $Name {
            #[inline]
            fn from(number: $Integer) -> Self {
                Self(number)
            }
        }

        impl ::core::fmt::Display for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl $crate::Parameter for $Name {
            #[inline]
            fn to_text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Owned(self.0.to_string())
            }
        }

        impl $crate::__private::Serialize for $Name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::__private::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $Name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <$Integer as $crate::__private::serde::Deserialize<'de>>::deserialize(deserializer).map(Self)
            }
        }

        $crate::__json_schema!(identifier $Name $Integer, [$($rule($($argument)?)),*]);
    };
}

/// An address of one thing, as a vendor with hypermedia sends it, and the identifier that it holds.
#[macro_export]
macro_rules! resource_url {
    ($(#[$meta:meta])* pub struct $Name:ident($template:literal) -> $Identifier:ident;) => {
        $crate::identifier! {
            $(#[$meta])*
            pub struct $Name(String);
        }

        impl $Name {
            /// The identifier in the address; `None` when the address is not of the documented form.
            #[inline]
            pub fn identifier(&self) -> ::core::option::Option<$Identifier> {
                $crate::__private::identifier_in($template, &self.0).map($Identifier::from)
            }
        }

        impl ::core::convert::From<&$Identifier> for $Name {
            #[inline]
            fn from(identifier: &$Identifier) -> Self {
                Self($crate::__private::fill($template, identifier.as_str()))
            }
        }
    };
}

/// What all types that are a text on the wire have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_impls {
    ($Name:ident) => {
        impl ::core::convert::From<String> for $Name {
            #[inline]
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl $crate::Parameter for $Name {
            #[inline]
            fn to_text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Borrowed(self.as_str())
            }
        }

        impl $crate::__private::Serialize for $Name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $Name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::text(deserializer, "a string").map(|text| Self::from(text.as_ref()))
            }
        }
    };
}

/// A union whose variants are told apart by the value of one member. A variant that nobody documented is kept as it came.
#[macro_export]
macro_rules! tagged_union {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident $(: $sent:ident)? by $tag:literal { $($(#[$vm:meta])* $Variant:ident($Type:ty) = $wire:literal),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $Name {
            $($(#[$vm])* $Variant($Type),)*
            /// A variant that the vendor did not document when this crate was generated, as it came.
            Unknown($crate::JsonValue),
        }

        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    $(Self::$Variant(value) => ::core::fmt::Debug::fmt(value, formatter),)*
                    Self::Unknown(value) => {
                        formatter.debug_tuple("Unknown").field(&$crate::__private::shown_tag(value, $tag)).finish()
                    }
                }
            }
        }

        $crate::__union_impls! { $Name [$($Variant($Type))*] [::core::concat!("#", $tag), $($wire),*] }
        $crate::__union_sent!($($sent)? $Name $($Variant [])*);
        $crate::__json_schema!(tagged $Name $tag [$($wire: $Type,)*]);
    };
}

/// A union whose variants are told apart by their form. The variant is chosen by what tells it from the others and then decoded; a
/// value that has nothing of that is kept as it came.
///
/// Behind a variant stands its form: the kind of its JSON (`object`, `array`, `string`, `boolean`, `number`, `integer` or `any`) and,
/// in brackets, what tells it from other variants of that kind: members that it requires and they do not have (`"name"`, with
/// `: string` behind it the kind of that member) or need not have (`& "name"`), constants (`"type" = "cat"`), values among others (`"type" ~ "cat" ~ "dog"`, for a text
/// `~ "cat" ~ "dog"`), the kind of a list's items (`: object`) and the format of a text (`^ "date"`). A variant of several forms
/// has them joined by `|`. Behind a colon stand the rules that its value is held against. With `parameter` behind the name, it can
/// stand in a path, query or header: every variant is then a scalar.
#[macro_export]
macro_rules! untagged_union {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident $(: $sent:ident $($parameter:ident)?)? {
            $(
                $(#[$vm:meta])*
                $Variant:ident($Type:ty)
                = $($kind:ident $([$($($member:literal)? $(& $shared:literal)? $(: $mk:ident)? $(= $mv:literal)? $(~ $mt:literal)* $(^ $mf:literal)?),*])?)|+
                $(: [$($rule:ident($($ra:expr)?)),*])?
                $($p:ident)?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $Name {
            $($(#[$vm])* $Variant($Type),)*
            /// A form that the vendor did not document when this crate was generated, as it came.
            Unknown($crate::JsonValue),
        }

        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #[allow(unused_variables, reason = "a private value is not looked at")]
                match self {
                    $(Self::$Variant(value) => formatter
                        .debug_tuple(::core::stringify!($Variant))
                        .field($crate::__shown!($($p)? value))
                        .finish(),)*
                    Self::Unknown(_) => formatter.write_str("Unknown([redacted])"),
                }
            }
        }

        $crate::__union_impls! { $Name [$($Variant($Type))*] [
            $("|", $(::core::concat!("/", ::core::stringify!($kind)), $($(
                $(::core::concat!("+", $member),)?
                $(::core::concat!("&", $shared),)?
                $(::core::concat!(":", ::core::stringify!($mk)),)?
                $(::core::concat!("=", $mv),)?
                $(::core::concat!("~", $mt),)*
                $(::core::concat!("^", $mf),)?
            )*)?)+)*
        ] }
        $crate::__union_sent!($($sent)? $Name $($Variant [$($($rule($($ra)?)),*)?])*);
        $crate::__union_parameter!($($($parameter)?)? $Name $($Variant)*);
        $crate::__json_schema!(untagged $Name [$($Type [$($($rule($($ra)?)),*)?],)*]);
    };
}

/// What tagged and untagged unions have in common. Behind the variants stands what tells them apart.
#[doc(hidden)]
#[macro_export]
macro_rules! __union_impls {
    ($Name:ident [$($Variant:ident($Type:ty))*] [$($entry:expr),* $(,)?]) => {
        impl<'de> $crate::__private::serde::Deserialize<'de> for $Name {
            #[inline]
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::union(deserializer)
            }
        }

        impl $crate::__private::Union for $Name {
            const NAME: &'static str = ::core::stringify!($Name);
            const TABLE: &'static [&'static str] = &[$($entry),*];

            fn variant<'de, __A: $crate::__private::serde::de::VariantAccess<'de>>(
                index: usize,
                access: __A,
            ) -> ::core::result::Result<Self, __A::Error> {
                // Functions of their own, so that only one variant at a time has room on the stack.
                let variants: &[fn(__A) -> ::core::result::Result<Self, __A::Error>] =
                    &[$(|access| access.newtype_variant::<$Type>().map(Self::$Variant)),*];
                match variants.get(index) {
                    ::core::option::Option::Some(variant) => variant(access),
                    ::core::option::Option::None => access.newtype_variant::<$crate::JsonValue>().map(Self::Unknown),
                }
            }
        }

        impl $crate::__private::Serialize for $Name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$Variant(value) => value.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }
    };
}

/// The rules of a union that is sent: those of its variant.
#[doc(hidden)]
#[macro_export]
macro_rules! __union_sent {
    (sent $Name:ident $($Variant:ident [$($rule:ident($($argument:expr)?)),*])*) => {
        impl $crate::Check for $Name {
            #[inline]
            fn check(&self) -> ::core::result::Result<(), $crate::Violation> {
                match self {
                    $(Self::$Variant(value) => {
                        $crate::__private::all(value, const { &[$($crate::Rule::$rule($($argument)?)),*] })?;
                        $crate::Check::check(value)
                    })*
                    Self::Unknown(_) => ::core::result::Result::Ok(()),
                }
            }
        }
    };
    ($Name:ident $($rest:tt)*) => {};
}

/// A union of scalars that stands in a path, query or header.
#[doc(hidden)]
#[macro_export]
macro_rules! __union_parameter {
    (parameter $Name:ident $($Variant:ident)*) => {
        impl $crate::Parameter for $Name {
            #[inline]
            fn to_text(&self) -> ::std::borrow::Cow<'_, str> {
                match self {
                    $(Self::$Variant(value) => $crate::Parameter::to_text(value),)*
                    Self::Unknown(value) => ::std::borrow::Cow::Owned(value.to_string()),
                }
            }
        }
    };
    ($Name:ident $($Variant:ident)*) => {};
}

/// The error statuses that operations declare, each with its body. `none` marks a status without one.
#[macro_export]
macro_rules! status_error {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident { $($(#[$vm:meta])* $Variant:ident $(($Type:ty))? = $status:pat),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $Name {
            $($(#[$vm])* $Variant $(($Type))?,)*
        }

        impl ::core::fmt::Debug for $Name {
            #[allow(unused_variables, reason = "an operation may declare no error status")]
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match *self {
                    $(Self::$Variant { .. } => formatter.write_str(::core::stringify!($Variant)),)*
                }
            }
        }

        impl $crate::StatusError for $Name {
            #[allow(unused_variables, reason = "an error status may have no body")]
            #[inline]
            fn decode(
                status: u16,
                body: &[u8],
            ) -> ::core::option::Option<::core::result::Result<Self, $crate::DecodeError>> {
                match status {
                    $($status => $crate::__by_status!(body $Variant $(($Type))?),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}

/// The success statuses of an operation that declares several, each with its body: JSON, or behind `as` how else it is read.
#[macro_export]
macro_rules! outcome {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident { $($(#[$vm:meta])* $Variant:ident $(($Type:ty))? $(as $raw:ident)? = $status:pat),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $Name {
            $($(#[$vm])* $Variant $(($Type))?,)*
        }

        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $($crate::__show_outcome!(self formatter $Variant $(($Type))? $($raw)?);)*
                ::core::result::Result::Ok(())
            }
        }

        impl $crate::Outcome for $Name {
            #[allow(unused_variables, reason = "a status may have no body")]
            #[inline]
            fn decode(
                status: u16,
                body: &[u8],
            ) -> ::core::option::Option<::core::result::Result<Self, $crate::DecodeError>> {
                match status {
                    $($status => $crate::__by_status!(body $Variant $(($Type))? $($raw)?),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}

/// Shows one variant of an outcome if it is that. A text or a file may hold anything, and is not shown.
#[doc(hidden)]
#[macro_export]
macro_rules! __show_outcome {
    ($self:ident $formatter:ident $Variant:ident) => {
        if let Self::$Variant = $self {
            return $formatter.write_str(::core::stringify!($Variant));
        }
    };
    ($self:ident $formatter:ident $Variant:ident($Type:ty)) => {
        if let Self::$Variant(value) = $self {
            return $formatter.debug_tuple(::core::stringify!($Variant)).field(value).finish();
        }
    };
    ($self:ident $formatter:ident $Variant:ident($Type:ty) $raw:ident) => {
        if let Self::$Variant(_) = $self {
            return $formatter.debug_tuple(::core::stringify!($Variant)).field(&$crate::__private::Redacted).finish();
        }
    };
}

/// Decodes the body that a status declares.
#[doc(hidden)]
#[macro_export]
macro_rules! __by_status {
    ($body:ident $Variant:ident($Type:ty)) => {
        ::core::option::Option::Some($crate::__private::body::<$Type>($body).map(Self::$Variant))
    };
    ($body:ident $Variant:ident($Type:ty) text) => {
        ::core::option::Option::Some($crate::__private::text_body($body).map(Self::$Variant))
    };
    ($body:ident $Variant:ident($Type:ty) bytes) => {
        ::core::option::Option::Some(::core::result::Result::Ok(Self::$Variant($crate::Bytes::copy_from_slice($body))))
    };
    ($body:ident $Variant:ident) => {
        ::core::option::Option::Some(::core::result::Result::Ok(Self::$Variant))
    };
}

/// A call with optional parameters: a setter for each, then `send`; for lists in pages also `pages` and `items`.
#[macro_export]
macro_rules! call {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident -> $Success:ty, $Failure:ty $(, pages $Paging:ident($at:literal, $limit:literal $(, $default:literal)?))? {
            $($(#[$sm:meta])* $setter:ident: $Type:ty = $place:ident $wire:literal $([$($rule:ident($($argument:expr)?)),*])?),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        #[must_use = "nothing is sent before `send`"]
        pub struct $Name(pub(crate) $crate::Call<$Success, $Failure>);

        impl $Name {
            $($crate::__setter! { $(#[$sm])* $setter: $Type = $place $wire [$($($crate::Rule::$rule($($argument)?)),*)?] })*

            /// The call as it stands, to set what holds for a single call: its timeouts, more headers, more of the query.
            #[inline]
            pub fn into_call(self) -> $crate::Call<$Success, $Failure> {
                self.0
            }

            /// Sends the call and decodes the response.
            #[inline]
            pub async fn send(self) -> ::core::result::Result<$Success, $crate::Error<$Failure>> {
                self.0.send().await
            }

            /// Sends the call and decodes the response, keeping its status and headers.
            #[inline]
            pub async fn send_with_response(
                self,
            ) -> ::core::result::Result<$crate::Response<$Success>, $crate::Error<$Failure>> {
                self.0.send_with_response().await
            }

            $($crate::__pages! { $Success, $Failure, $Paging($at, $limit $(, $default)?) })?
        }
    };
}

/// The streams of a call whose response is a page.
#[doc(hidden)]
#[macro_export]
macro_rules! __pages {
    ($Success:ty, $Failure:ty, offset($at:literal, $limit:literal $(, $default:literal)?)) => {
        $crate::__pages! { @ $Success, $Failure, $crate::Paging::Offset {
            offset: $at,
            limit: $limit,
            default_limit: [$(::core::option::Option::Some($default),)? ::core::option::Option::None][0],
        } }
    };
    ($Success:ty, $Failure:ty, number($at:literal, $limit:literal $(, $default:literal)?)) => {
        $crate::__pages! { @ $Success, $Failure, $crate::Paging::Number {
            page: $at,
            limit: $limit,
            default_limit: [$(::core::option::Option::Some($default),)? ::core::option::Option::None][0],
        } }
    };
    (@ $Success:ty, $Failure:ty, $paging:expr) => {
        /// All pages from here on, each asked for when it is wanted.
        #[inline]
        pub fn pages(self) -> $crate::Pages<$Success, $Failure> {
            $crate::Pages::new(self.0, $paging)
        }

        /// All items from here on, page after page.
        #[inline]
        pub fn items(self) -> $crate::Items<$Success, $Failure> {
            self.pages().items()
        }
    };
}

/// A page of a list: the member that holds the items, and the path to the number of items on all pages. Of a union, the variants,
/// each of which is a page or a bare list.
#[macro_export]
macro_rules! page {
    ($Name:ident of $Item:ty = [$($Variant:ident),+]) => {
        impl $crate::Page for $Name {
            type Item = $Item;

            #[inline]
            fn count(&self) -> usize {
                match self {
                    $(Self::$Variant(page) => $crate::Page::count(page),)+
                    Self::Unknown(_) => 0,
                }
            }

            #[inline]
            fn into_items(self) -> ::std::vec::Vec<$Item> {
                match self {
                    $(Self::$Variant(page) => $crate::Page::into_items(page),)+
                    Self::Unknown(_) => ::std::vec::Vec::new(),
                }
            }

            #[inline]
            fn total(&self) -> ::core::option::Option<i64> {
                match self {
                    $(Self::$Variant(page) => $crate::Page::total(page),)+
                    Self::Unknown(_) => ::core::option::Option::None,
                }
            }
        }
    };
    ($Name:ident of $Item:ty = $items:ident) => {
        $crate::page! { @ $Name, $Item, $items, |_: &$Name| ::core::option::Option::None }
    };
    ($Name:ident of $Item:ty = $items:ident, total $total:expr) => {
        $crate::page! { @ $Name, $Item, $items, $total }
    };
    (@ $Name:ident, $Item:ty, $items:ident, $total:expr) => {
        impl $crate::Page for $Name {
            type Item = $Item;

            #[inline]
            fn count(&self) -> usize {
                self.$items.len()
            }

            #[inline]
            fn into_items(self) -> ::std::vec::Vec<$Item> {
                self.$items
            }

            #[inline]
            fn total(&self) -> ::core::option::Option<i64> {
                let total: fn(&$Name) -> ::core::option::Option<i64> = $total;
                total(self)
            }
        }
    };
}

/// The body of a delivery, which holds events: the member that lists them, if there is one.
#[macro_export]
macro_rules! event_batch {
    ($Name:ident of $Event:ty $(= $list:literal)?) => {
        impl $crate::EventBatch for $Name {
            type Event = $Event;
            const LIST: ::core::option::Option<&'static str> =
                [$(::core::option::Option::Some($list),)? ::core::option::Option::None][0];
        }
    };
}

/// One setter of a call.
#[doc(hidden)]
#[macro_export]
macro_rules! __setter {
    ($(#[$meta:meta])* $setter:ident: $Type:ty = query $wire:literal [$($rule:expr),*]) => {
        $(#[$meta])*
        pub fn $setter(self, value: impl ::core::convert::Into<$Type>) -> Self {
            let value: $Type = value.into();
            Self(self.0.with_request(|request| request.check($wire, &value, const { &[$($rule),*] }).query($wire, &value)))
        }
    };
    ($(#[$meta:meta])* $setter:ident: $Type:ty = header $wire:literal [$($rule:expr),*]) => {
        $(#[$meta])*
        pub fn $setter(self, value: impl ::core::convert::Into<$Type>) -> Self {
            let value: $Type = value.into();
            Self(self.0.with_request(|request| request.check($wire, &value, const { &[$($rule),*] }).header($wire, &value)))
        }
    };
    ($(#[$meta:meta])* $setter:ident: $Type:ty = each $wire:literal [$($rule:expr),*]) => {
        $(#[$meta])*
        pub fn $setter(self, values: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$Type>>) -> Self {
            let values: Vec<$Type> = values.into_iter().map(::core::convert::Into::into).collect();
            Self(self.0.with_request(|request| request.check($wire, &values, const { &[$($rule),*] }).query_each($wire, &values)))
        }
    };
    ($(#[$meta:meta])* $setter:ident: $Type:ty = joined $wire:literal [$($rule:expr),*]) => {
        $(#[$meta])*
        pub fn $setter(self, values: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$Type>>) -> Self {
            let values: Vec<$Type> = values.into_iter().map(::core::convert::Into::into).collect();
            Self(self.0.with_request(|request| request.check($wire, &values, const { &[$($rule),*] }).query_joined($wire, &values)))
        }
    };
    ($(#[$meta:meta])* $setter:ident: $Type:ty = header_joined $wire:literal [$($rule:expr),*]) => {
        $(#[$meta])*
        pub fn $setter(self, values: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$Type>>) -> Self {
            let values: Vec<$Type> = values.into_iter().map(::core::convert::Into::into).collect();
            Self(self.0.with_request(|request| request.check($wire, &values, const { &[$($rule),*] }).header_joined($wire, &values)))
        }
    };
    ($(#[$meta:meta])* $setter:ident: $Type:ty = form $wire:literal []) => {
        $(#[$meta])*
        #[inline]
        pub fn $setter(self, body: &$Type) -> Self {
            Self(self.0.with_request(|request| request.form(body)))
        }
    };
    ($(#[$meta:meta])* $setter:ident: $Type:ty = bytes $wire:literal []) => {
        $(#[$meta])*
        #[inline]
        pub fn $setter(self, body: impl ::core::convert::Into<$Type>) -> Self {
            Self(self.0.with_request(|request| request.bytes($wire, body.into())))
        }
    };
    ($(#[$meta:meta])* $setter:ident: $Type:ty = json $wire:literal []) => {
        $(#[$meta])*
        #[inline]
        pub fn $setter(self, body: &$Type) -> Self {
            Self(self.0.with_request(|request| request.json($wire, body)))
        }
    };
}
