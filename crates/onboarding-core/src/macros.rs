//! The impls that the derives of `onboarding-derive` ask for. Each is small, so that a vendor crate is cheap to build: what can be
//! shared is a function of this crate. Beside them are the few impls that vendor crates ask for themselves.

/// The impls of a JSON object: see `onboarding_derive::Object`. Its members come in groups, of `optional` and `nullable` ones with
/// the type within `Option` and [`Patch`](crate::Patch).
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    (
        $Name:ident
        [$($sent:ident)?]
        [$($Builder:ident)?]
        [$($tr:expr,)*]
        [$($cf:ident: $cw:literal = $cv:literal,)*]
        [$($rf:ident: $rt:ty = $($rp:ident)? $rw:literal [$($rr:expr,)*],)*]
        [$($of:ident: $ot:ty = $($op:ident)? $ow:literal [$($or:expr,)*],)*]
        [$($nf:ident / $nc:ident: $nt:ty = $($np:ident)? $nw:literal [$($nr:expr,)*],)*]
        [$($ef:ident: $et:ty = [$($er:expr,)*])?]
    ) => {
        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::debug_object(formatter, ::core::stringify!($Name), &[
                    $((::core::stringify!($rf), $crate::__shown!($($rp)? self.$rf)),)*
                    $((::core::stringify!($of), $crate::__shown!($($op)? self.$of)),)*
                    $((::core::stringify!($nf), $crate::__shown!($($np)? self.$nf)),)*
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
                        $(let mut $cf = ::core::option::Option::None;)*
                        $(let mut $rf = ::core::option::Option::None;)*
                        $(let mut $of = ::core::option::Option::None;)*
                        $(let mut $nf = $crate::Patch::Keep;)*
                        $(let mut $ef = $crate::Map::<$et>::new();)?
                        while let ::core::option::Option::Some(key) = map.next_key::<$crate::__private::Key<'de>>()? {
                            match key.as_ref() {
                                $($cw => $cf = ::core::option::Option::Some($crate::__private::constant(&mut map)?),)*
                                $($rw => $crate::__private::read::<_, $rt>(&mut map, &mut $rf)?,)*
                                $($ow => $crate::__private::read_optional::<_, ::core::option::Option<$ot>>(&mut map, &mut $of)?,)*
                                $($nw => $crate::__private::read_optional::<_, $crate::Patch<$nt>>(&mut map, &mut $nf)?,)*
                                $(_ if { let _ = ::core::stringify!($ef); true } => {
                                    $crate::__private::further::<_, $et>(&mut map, key, &mut $ef)?;
                                })?
                                _ => { map.next_value::<$crate::__private::IgnoredAny>()?; }
                            }
                        }
                        $($crate::__private::required($cf, $cw)?;)*
                        ::core::result::Result::Ok($Name {
                            $($rf: $crate::__private::required($rf, $rw)?,)*
                            $($of,)*
                            $($nf,)*
                            $($ef,)?
                        })
                    }
                }

                // The names that an error may show.
                const __NAMES: &[&str] = &[$($cw,)* $($rw,)* $($ow,)* $($nw,)*];
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
                $(map.serialize_entry($cw, $cv)?;)*
                $(map.serialize_entry($rw, &self.$rf)?;)*
                $(if let ::core::option::Option::Some(value) = &self.$of {
                    map.serialize_entry($ow, value)?;
                })*
                $($crate::__private::patch_entry(&mut map, $nw, &self.$nf)?;)*
                $(for (member, value) in &self.$ef {
                    map.serialize_entry(member, value)?;
                })?
                $crate::__private::serde::ser::SerializeMap::end(map)
            }
        }

        $crate::__sent! {
            $($sent)? $Name
            [$($Builder)?]
            [$($tr,)*]
            [$($cf,)*]
            [$($rf: $rt = $rw [$($rr,)*],)*]
            [$($of: $ot = $ow [$($or,)*],)*]
            [$($nf / $nc: $nt = $nw [$($nr,)*],)*]
            [$($ef: $et [$($er,)*])?]
            [$($cw,)* $($rw,)* $($ow,)* $($nw,)*]
        }

        $crate::__json_schema! {
            object $Name
            [$($tr,)*]
            [$($cw = $cv,)*]
            [$($rt = $rw [$($rr,)*],)*]
            [$($ot = $ow [$($or,)*],)*]
            [$($nt = $nw [$($nr,)*],)*]
            [$($et [$($er,)*])?]
        }
    };
}

/// The constructor and setters of an object that is sent, and the rules that it is held against.
#[doc(hidden)]
#[macro_export]
macro_rules! __sent {
    (sent $Name:ident
        [$($Builder:ident)?]
        [$($tr:expr,)*]
        [$($cf:ident,)*]
        [$($rf:ident: $rt:ty = $rw:literal [$($rr:expr,)*],)*]
        [$($of:ident: $ot:ty = $ow:literal [$($or:expr,)*],)*]
        [$($nf:ident / $nc:ident: $nt:ty = $nw:literal [$($nr:expr,)*],)*]
        [$($ef:ident: $et:ty [$($er:expr,)*])?]
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
                $crate::__private::all(self, const { &[$($tr),*] })?;
                $($crate::__held!($rw, &self.$rf, [$($rr),*]);)*
                $($crate::__held!($ow, &self.$of, [$($or),*]);)*
                $($crate::__held!($nw, &self.$nf, [$($nr),*]);)*
                $($crate::__private::extra(
                    &self.$ef,
                    const { &[$($er),*] },
                    &$documented,
                )?;)?
                ::core::result::Result::Ok(())
            }
        }

        $crate::__constructor! {
            $Name [$($Builder)?]
            [$($rf: $rt,)*]
            [$($of: ::core::option::Option::None,)* $($nf: $crate::Patch::Keep,)* $($ef: $crate::Map::new(),)?]
        }

        impl $Name {
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

/// How an object that is sent is made: from its required members in order, or by a builder that has them by name.
#[doc(hidden)]
#[macro_export]
macro_rules! __constructor {
    ($Name:ident [] [$($rf:ident: $rt:ty,)*] [$($other:ident: $nothing:expr,)*]) => {
        impl $Name {
            /// The value with its required members.
            #[allow(clippy::too_many_arguments, clippy::new_without_default, reason = "as many as the vendor requires")]
            #[inline]
            pub fn new($($rf: impl ::core::convert::Into<$rt>),*) -> Self {
                Self {
                    $($rf: $rf.into(),)*
                    $($other: $nothing,)*
                }
            }
        }
    };
    ($Name:ident [$Builder:ident] [$($rf:ident: $rt:ty,)*] [$($other:ident: $nothing:expr,)*]) => {
        impl $Name {
            /// A builder that takes the required members by name, so that none is taken for another.
            #[inline]
            pub fn builder() -> $Builder {
                $Builder { $($rf: ::core::option::Option::None,)* }
            }
        }

        #[doc = ::core::concat!("The required members of a [`", ::core::stringify!($Name), "`], by name; then [`build`](Self::build).")]
        #[derive(Clone)]
        #[must_use = "nothing is made before `build`"]
        pub struct $Builder {
            $($rf: ::core::option::Option<$rt>,)*
        }

        impl $Builder {
            $(
                #[doc = ::core::concat!("Sets [`", ::core::stringify!($rf), "`](", ::core::stringify!($Name), "#structfield.", ::core::stringify!($rf), ").")]
                pub fn $rf(mut self, value: impl ::core::convert::Into<$rt>) -> Self {
                    self.$rf = ::core::option::Option::Some(value.into());
                    self
                }
            )*

            /// The value, or the error that names the members that were not set.
            pub fn build(self) -> ::core::result::Result<$Name, $crate::MissingMembers> {
                match self {
                    Self { $($rf: ::core::option::Option::Some($rf),)* } => ::core::result::Result::Ok($Name {
                        $($rf,)*
                        $($other: $nothing,)*
                    }),
                    Self { $($rf,)* } => ::core::result::Result::Err($crate::__private::missing_members(
                        ::core::stringify!($Name),
                        &[$((::core::stringify!($rf), $rf.is_some()),)*],
                    )),
                }
            }
        }

        impl ::core::fmt::Debug for $Builder {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.debug_struct(::core::stringify!($Builder)).finish_non_exhaustive()
            }
        }
    };
}

/// Holds a member against its rules. Most have none, and of those nothing is left when the value has no members either.
#[doc(hidden)]
#[macro_export]
macro_rules! __held {
    ($wire:literal, $value:expr, []) => {
        $crate::__private::within($wire, $value)?
    };
    ($wire:literal, $value:expr, [$($rule:expr),+]) => {
        $crate::__private::member($wire, $value, const { &[$($rule),+] })?
    };
}

/// An object that is sent and needs one thing only, which is an object too: what that is made from can be given in its place.
#[doc(hidden)]
#[macro_export]
macro_rules! __from {
    ($Name:ident [$($Inner:ty),* $(,)?]) => {
        $(
            impl ::core::convert::From<$Inner> for $Name {
                #[inline]
                fn from(inner: $Inner) -> Self {
                    Self::new(inner)
                }
            }
        )*
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

/// The impls of a text of which the vendor documents some values: see `onboarding_derive::StringEnum`.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_enum {
    ($Name:ident [$($Variant:ident = $wire:literal,)*] $Unknown:ident) => {
        impl $Name {
            /// Every documented value.
            pub const DOCUMENTED: &[Self] = &[$(Self::$Variant),*];

            /// The value as the vendor writes it.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $wire,)*
                    Self::$Unknown(text) => text,
                }
            }
        }

        /// The value as the vendor writes it.
        impl ::core::fmt::Display for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.pad(self.as_str())
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
                        Self::$Unknown(text.to_owned())
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

/// The impls of an identifier: see `onboarding_derive::Identifier`.
#[doc(hidden)]
#[macro_export]
macro_rules! __identifier {
    (text $Name:ident [private] [$($rule:expr,)*]) => {
        $crate::__identifier!(@text $Name [$($rule,)*]);

        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(::core::concat!(::core::stringify!($Name), "([redacted])"))
            }
        }
    };
    (text $Name:ident [] [$($rule:expr,)*]) => {
        $crate::__identifier!(@text $Name [$($rule,)*]);

        impl ::core::fmt::Display for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
    (@text $Name:ident [$($rule:expr,)*]) => {
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
                $crate::__private::all(self, const { &[$($rule),*] })
            }
        }

        $crate::__text_impls!($Name);
        $crate::__json_schema!(identifier $Name String, [$($rule),*]);
    };
    (number $Name:ident $Integer:ident [$($rule:expr,)*]) => {
        impl $crate::Check for $Name {
            #[inline]
            fn subject(&self) -> $crate::Subject<'_> {
                $crate::Check::subject(&self.0)
            }

            #[inline]
            fn check(&self) -> ::core::result::Result<(), $crate::Violation> {
                $crate::__private::all(self, const { &[$($rule),*] })
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

        $crate::__json_schema!(identifier $Name $Integer, [$($rule),*]);
    };
}

/// The impls of an address of one thing, as a vendor with hypermedia sends it: see `onboarding_derive::ResourceUrl`.
#[doc(hidden)]
#[macro_export]
macro_rules! __resource_url {
    ($Name:ident $template:literal $Identifier:ident) => {
        $crate::__identifier!(text $Name [] []);

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

/// The impls of a union whose variants are told apart by the value of one member: see `onboarding_derive::TaggedUnion`.
#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union {
    ($Name:ident [$($sent:ident)?] $tag:literal [$($Variant:ident($Type:ty) = $wire:literal,)*] $Unknown:ident) => {
        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    $(Self::$Variant(value) => ::core::fmt::Debug::fmt(value, formatter),)*
                    Self::$Unknown(value) => {
                        formatter.debug_tuple("Unknown").field(&$crate::__private::shown_tag(value, $tag)).finish()
                    }
                }
            }
        }

        $crate::__union_impls! { $Name $Unknown [$($Variant($Type))*] [::core::concat!("#", $tag), $($wire),*] }
        $crate::__union_sent!($($sent)? $Name $Unknown $($Variant [])*);
        $crate::__json_schema!(tagged $Name $tag [$($wire: $Type,)*]);
    };
}

/// The impls of a union whose variants are told apart by their form: see `onboarding_derive::UntaggedUnion`. The last list is what
/// tells them apart, as `decode/union.rs` says.
#[doc(hidden)]
#[macro_export]
macro_rules! __untagged_union {
    (
        $Name:ident
        [$($sent:ident)?]
        [$($parameter:ident)?]
        [$($Variant:ident($Type:ty) = $($p:ident)? [$($rule:expr,)*],)*]
        [$($entry:expr,)*]
        $Unknown:ident
    ) => {
        impl ::core::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #[allow(unused_variables, reason = "a private value is not looked at")]
                match self {
                    $(Self::$Variant(value) => formatter
                        .debug_tuple(::core::stringify!($Variant))
                        .field($crate::__shown!($($p)? value))
                        .finish(),)*
                    Self::$Unknown(_) => formatter.write_str("Unknown([redacted])"),
                }
            }
        }

        $crate::__union_impls! { $Name $Unknown [$($Variant($Type))*] [$($entry),*] }
        $crate::__union_sent!($($sent)? $Name $Unknown $($Variant [$($rule),*])*);
        $crate::__union_parameter!($($parameter)? $Name $Unknown $($Variant)*);
        $crate::__json_schema!(untagged $Name [$($Type [$($rule),*],)*]);
    };
}

/// What tagged and untagged unions have in common. Behind the variants stands what tells them apart.
#[doc(hidden)]
#[macro_export]
macro_rules! __union_impls {
    ($Name:ident $Unknown:ident [$($Variant:ident($Type:ty))*] [$($entry:expr),* $(,)?]) => {
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
                    ::core::option::Option::None => access.newtype_variant::<$crate::JsonValue>().map(Self::$Unknown),
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
                    Self::$Unknown(value) => value.serialize(serializer),
                }
            }
        }
    };
}

/// The rules of a union that is sent: those of its variant.
#[doc(hidden)]
#[macro_export]
macro_rules! __union_sent {
    (sent $Name:ident $Unknown:ident $($Variant:ident [$($rule:expr),*])*) => {
        impl $crate::Check for $Name {
            #[inline]
            fn check(&self) -> ::core::result::Result<(), $crate::Violation> {
                match self {
                    $(Self::$Variant(value) => {
                        $crate::__private::all(value, const { &[$($rule),*] })?;
                        $crate::Check::check(value)
                    })*
                    Self::$Unknown(_) => ::core::result::Result::Ok(()),
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
    (parameter $Name:ident $Unknown:ident $($Variant:ident)*) => {
        impl $crate::Parameter for $Name {
            #[inline]
            fn to_text(&self) -> ::std::borrow::Cow<'_, str> {
                match self {
                    $(Self::$Variant(value) => $crate::Parameter::to_text(value),)*
                    Self::$Unknown(value) => ::std::borrow::Cow::Owned(value.to_string()),
                }
            }
        }
    };
    ($Name:ident $($rest:tt)*) => {};
}

/// The impls of the error statuses that operations declare: see `onboarding_derive::StatusError`.
#[doc(hidden)]
#[macro_export]
macro_rules! __status_error {
    ($Name:ident [$($Variant:ident $(($Type:ty))? [] = $status:pat,)*]) => {
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

        $crate::__declared_status! { $Name [$($Variant $(($Type))? = $status,)*] }
    };
}

/// How a test writes an error status that is declared; nothing without the feature `mock`.
#[cfg(feature = "mock")]
#[doc(hidden)]
#[macro_export]
macro_rules! __declared_status {
    ($Name:ident [$($Variant:ident $(($Type:ty))? = $status:pat,)*]) => {
        impl $crate::__private::DeclaredStatus for $Name {
            fn stands_for(&self, status: u16) -> bool {
                match status {
                    $($status => ::core::matches!(self, Self::$Variant { .. }),)*
                    _ => false,
                }
            }

            fn body(
                &self,
            ) -> ::core::result::Result<::std::vec::Vec<u8>, $crate::__private::serde_json::Error> {
                $($crate::__declared_body!(self $Variant $(($Type))?);)*
                ::core::result::Result::Ok(::std::vec::Vec::new())
            }
        }
    };
}

#[cfg(not(feature = "mock"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __declared_status {
    ($($tokens:tt)*) => {};
}

/// The body of one variant of an error, if it is that.
#[doc(hidden)]
#[macro_export]
macro_rules! __declared_body {
    ($self:ident $Variant:ident) => {};
    ($self:ident $Variant:ident($Type:ty)) => {
        if let Self::$Variant(body) = $self {
            return $crate::__private::serde_json::to_vec(body);
        }
    };
}

/// The methods of what mocks an operation: see `onboarding_derive::Mocked`.
#[cfg(feature = "mock")]
#[doc(hidden)]
#[macro_export]
macro_rules! __mocked {
    ($Name:ident [$Responses:ty]) => {
        impl $Name {
            /// The optional query or header parameter of that name on the wire is left out.
            ///
            /// # Panics
            ///
            /// When the operation has no optional parameter of that name.
            #[track_caller]
            pub fn absent(self, name: &'static str) -> Self {
                Self(self.0.absent(name))
            }

            /// The request has this header once, with this value, whether or not it is a parameter of the operation.
            ///
            /// # Panics
            ///
            /// When no header can have that value.
            #[track_caller]
            pub fn header(self, name: &'static str, value: &str) -> Self {
                Self(self.0.header(name, value))
            }

            /// The function says `true` of the request, whatever else is said of it.
            pub fn matching(
                self,
                matches: impl Fn(&$crate::TransportRequest) -> bool + ::core::marker::Send + ::core::marker::Sync + 'static,
            ) -> Self {
                Self(self.0.matching(matches))
            }

            /// From now on, such calls are responded to so. How often they are expected is said behind it.
            pub fn then(
                self,
                reply: impl ::core::ops::FnOnce($Responses) -> $crate::mock::Reply,
            ) -> $crate::mock::Expected<$Responses> {
                self.0.then(reply)
            }
        }
    };
}

/// What can be responded to a mocked call: see `onboarding_derive::Responses`.
#[cfg(feature = "mock")]
#[doc(hidden)]
#[macro_export]
macro_rules! __responses {
    ($Name:ident) => {
        impl ::core::convert::From<$crate::mock::Then> for $Name {
            fn from(then: $crate::mock::Then) -> Self {
                Self(then)
            }
        }

        impl ::core::ops::Deref for $Name {
            type Target = $crate::mock::Then;

            fn deref(&self) -> &$crate::mock::Then {
                &self.0
            }
        }
    };
}

/// The impls of the success statuses of an operation that declares several: see `onboarding_derive::Outcome`.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($Name:ident [$($Variant:ident $(($Type:ty))? [$($raw:ident)?] = $status:pat,)*]) => {
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

/// The methods of a call with optional parameters: see `onboarding_derive::Call`.
#[doc(hidden)]
#[macro_export]
macro_rules! __call {
    ($Name:ident [$Success:ty] [$Failure:ty] [$($style:ident($($name:literal,)*) [$($settings:tt)*])?]) => {
        impl $Name {
            /// The call as it stands, to set what holds for a single call: its timeouts, more headers, more of the query.
            #[inline]
            pub fn into_call(self) -> $crate::Call<$Success, $Failure> {
                self.0
            }

            /// How long the whole call may take, instead of what the client allows.
            #[inline]
            pub fn timeout(self, limit: ::core::time::Duration) -> Self {
                Self(self.0.timeout(limit))
            }

            /// How long one attempt may take, instead of what the client allows.
            #[inline]
            pub fn attempt_timeout(self, limit: ::core::time::Duration) -> Self {
                Self(self.0.attempt_timeout(limit))
            }

            /// Sends one more header, in place of one of the same name that the client would send.
            #[inline]
            pub fn with_header(self, name: &'static str, value: &dyn $crate::Parameter) -> Self {
                Self(self.0.with_header(name, value))
            }

            /// Sends one more query parameter.
            #[inline]
            pub fn with_query(self, name: &'static str, value: &dyn $crate::Parameter) -> Self {
                Self(self.0.with_query(name, value))
            }

            /// Sets what is optional where there is a value: `call.maybe(limit, Self::limit)`.
            #[inline]
            pub fn maybe<V>(self, value: ::core::option::Option<V>, set: impl ::core::ops::FnOnce(Self, V) -> Self) -> Self {
                match value {
                    ::core::option::Option::Some(value) => set(self, value),
                    ::core::option::Option::None => self,
                }
            }

            /// The call as a command line of `curl`, to be put into a ticket, without any value that is sent.
            #[inline]
            pub fn curl(&self) -> ::std::string::String {
                self.0.curl()
            }

            /// Sends the call and gives the response as it came, whatever its status.
            #[inline]
            pub async fn send_raw(
                self,
            ) -> ::core::result::Result<$crate::RawResponse, $crate::Error<$crate::NoDeclaredError>> {
                self.0.send_raw().await
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

            $($crate::__pages! { $Success, $Failure, $crate::Paging::$style($($name),*)$($settings)* })?
        }

        /// `call.await` is `call.send().await`, at the cost of an allocation.
        impl ::core::future::IntoFuture for $Name {
            type Output = ::core::result::Result<$Success, $crate::Error<$Failure>>;
            type IntoFuture = $crate::BoxFuture<'static, Self::Output>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                ::core::future::IntoFuture::into_future(self.0)
            }
        }
    };
}

/// The streams of a call whose response is a page.
#[doc(hidden)]
#[macro_export]
macro_rules! __pages {
    ($Success:ty, $Failure:ty, $paging:expr) => {
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

/// A page of a list. Of an object: the member that holds the items, and how to read the number of items on all pages and what leads to
/// the next page. Of a union: its variants, each of which is a page or a bare list.
#[doc(hidden)]
#[macro_export]
macro_rules! __page {
    ($Name:ident [$First:ty] [$($Variant:ident,)+] $Unknown:ident) => {
        impl $crate::Page for $Name {
            type Item = <$First as $crate::Page>::Item;

            #[inline]
            fn count(&self) -> usize {
                match self {
                    $(Self::$Variant(page) => $crate::Page::count(page),)+
                    Self::$Unknown(_) => 0,
                }
            }

            #[inline]
            fn into_items(self) -> ::std::vec::Vec<Self::Item> {
                match self {
                    $(Self::$Variant(page) => $crate::Page::into_items(page),)+
                    Self::$Unknown(_) => ::std::vec::Vec::new(),
                }
            }

            #[inline]
            fn total(&self) -> ::core::option::Option<i64> {
                match self {
                    $(Self::$Variant(page) => $crate::Page::total(page),)+
                    Self::$Unknown(_) => ::core::option::Option::None,
                }
            }

            #[inline]
            fn next(&self) -> ::core::option::Option<::std::string::String> {
                match self {
                    $(Self::$Variant(page) => $crate::Page::next(page),)+
                    Self::$Unknown(_) => ::core::option::Option::None,
                }
            }

            #[inline]
            fn is_known(&self) -> bool {
                match self {
                    $(Self::$Variant(page) => $crate::Page::is_known(page),)+
                    Self::$Unknown(_) => false,
                }
            }
        }
    };
    ($Name:ident [$Item:ty] $items:ident [$total:expr] [$next:expr]) => {
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

            #[inline]
            fn next(&self) -> ::core::option::Option<::std::string::String> {
                let next: fn(&$Name) -> ::core::option::Option<::std::string::String> = $next;
                next(self)
            }
        }
    };
}
