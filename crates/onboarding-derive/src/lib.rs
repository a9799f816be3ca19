//! Derives of the vendor crates: a type is a plain item with real field types, and `#[wire(…)]` says what it is on the wire.
//!
//! `onboarding-core` re-exports them as `onboarding_core::derive`, with an example.
//!
//! The derives only regroup the tokens of the item and hand them to `macro_rules!` of `onboarding-core`, which write the impls:
//! so this crate needs neither a parser nor a printer of Rust, and builds in a moment. What it does not understand is an error at
//! the place that it does not understand.

mod attributes;
mod item;
mod tokens;

use proc_macro::TokenStream;

use crate::tokens::Mistake;

/// A JSON object, from a struct with named fields.
///
/// On the struct:
///
/// - `sent`: it can be built and is validated before it is sent. Required members are given to `new`, the others to setters.
/// - `builder = NewThingBuilder`: required members are given by name, to a builder of that name, and not to `new`.
/// - `constant("type", "cat")`: a member with one fixed value. It is always written, and required where the object is read.
/// - `from(NewInner)`: the types that the only required member can be made from, so that they can be given in the object's place.
/// - `page(items = data, total = meta?.total, next = links?.next?)`: it is a page of a list, with the items in that member, the
///   number of all items and what leads to the next page at those places, where `?` stands behind what may be missing.
/// - rules of the object as a whole, such as `min_properties(1)`.
///
/// On each field, its kind and its name on the wire:
///
/// - `required`: always there. With a type `Option<T>` it may be null.
/// - `optional`: an `Option<T>`, left out when it is `None`. Where it is read, null is `None`.
/// - `nullable`: a `Patch<T>` with three states; `clear = clear_name` names the method that sends null.
/// - `extra`, without a name: a `Map<T>` of all members without a field of their own.
///
/// and beside them `private`, which keeps the value out of `Debug`, and the rules of the value: the functions of
/// `onboarding_core::Rule`, where `each(…)` is a rule of a list's items or of a map's values.
#[proc_macro_derive(Object, attributes(wire))]
pub fn object(input: TokenStream) -> TokenStream {
    expanded(item::object(input))
}

/// A text of which some values are documented, from an enum: each variant has its text, `#[wire("inbound-payment")]`, and
/// `#[wire(unknown)]` marks the variant that keeps all others as a `String`.
#[proc_macro_derive(StringEnum, attributes(wire))]
pub fn string_enum(input: TokenStream) -> TokenStream {
    expanded(item::string_enum(input))
}

/// A union whose variants are told apart by the value of one member, from an enum with `#[wire(tag = "type")]`: each variant
/// holds one type and has its value of the tag, `#[wire("cat")]`; `#[wire(unknown)]` marks the variant that keeps others as they
/// came, as a `JsonValue`. With `sent` on the enum it is validated before it is sent.
#[proc_macro_derive(TaggedUnion, attributes(wire))]
pub fn tagged_union(input: TokenStream) -> TokenStream {
    expanded(item::tagged_union(input))
}

/// A union whose variants are told apart by their form, from an enum.
///
/// Each variant has the kind of its JSON: `object`, `array`, `string`, `boolean`, `number`, `integer`, `null` or `any`, or several of
/// them. What tells it from other variants of that kind is an argument of the kind:
///
/// - `object(member("name"))`: a member that it requires and the others do not have; `member("name", string)` with its kind,
///   `member("type", "cat")` with its only value, `member("type", one_of("cat", "dog"))` with one of several.
/// - `object(shared("name"))`: a member that it requires and others need not have.
/// - `string(one_of("cat", "dog"))`, `string(format("date"))`, `array(items(object))`.
///
/// `private` keeps the value out of `Debug`; rules are those of the value. `#[wire(unknown)]` marks the variant that keeps what
/// has nothing of any variant, as a `JsonValue`. With `sent` on the enum it is validated before it is sent; with `parameter` it can
/// be a path, query or header parameter; with `page` it is a page of a list, in any of its variants.
#[proc_macro_derive(UntaggedUnion, attributes(wire))]
pub fn untagged_union(input: TokenStream) -> TokenStream {
    expanded(item::untagged_union(input))
}

/// An identifier, from a struct that holds a `String`, an `i64` or a `u64`: a type of its own, so that no other can be given in its
/// place. `private` keeps it out of `Debug` (which this derive then writes); rules are those of its value.
#[proc_macro_derive(Identifier, attributes(wire))]
pub fn identifier(input: TokenStream) -> TokenStream {
    expanded(item::identifier(input))
}

/// The address of one thing, from a struct that holds a `String`, with `#[wire(template = "/v0/payees/{payee-id}", identifier =
/// PayeeId)]`.
#[proc_macro_derive(ResourceUrl, attributes(wire))]
pub fn resource_url(input: TokenStream) -> TokenStream {
    expanded(item::resource_url(input))
}

/// The error statuses that operations declare, from an enum: each variant has its status, `#[wire(404)]`, `#[wire(400..=499)]` or
/// `#[wire(default)]`, and holds the type of its JSON body or nothing.
#[proc_macro_derive(StatusError, attributes(wire))]
pub fn status_error(input: TokenStream) -> TokenStream {
    expanded(item::statuses(input, "__status_error", false))
}

/// The success statuses of an operation that declares several, as for [`StatusError`](macro@StatusError). A body that is not JSON
/// says so: `#[wire(200, text)]` for a `String`, `#[wire(200, bytes)]` for `Bytes`.
#[proc_macro_derive(Outcome, attributes(wire))]
pub fn outcome(input: TokenStream) -> TokenStream {
    expanded(item::statuses(input, "__outcome", true))
}

/// A call with optional parameters, from a struct that holds a `Call<Success, Failure>`: `send` and what goes with it. With
/// `pages(offset, "offset", "limit", 100)` also `pages` and `items`: the function of `onboarding_core::Paging` that says how a page is
/// asked for, what it is given, and how many items a page has when the call asks for no number, where that is known. `max = 1000` is
/// how many a page has at most, and `full` says that each page but the last is filled.
#[proc_macro_derive(Call, attributes(wire))]
pub fn call(input: TokenStream) -> TokenStream {
    expanded(item::call(input))
}

/// What mocks the calls of an operation, from a struct that holds a `When<Responses>`: what can be said of any call, and `then`.
#[proc_macro_derive(Mocked, attributes(wire))]
pub fn mocked(input: TokenStream) -> TokenStream {
    expanded(item::mocked(input))
}

/// What can be responded to a mocked call, from a struct that holds a `Then`, whose methods it then has too.
#[proc_macro_derive(Responses, attributes(wire))]
pub fn responses(input: TokenStream) -> TokenStream {
    expanded(item::responses(input))
}

/// What a derive gives: the impls, or the error at its place.
fn expanded(result: Result<TokenStream, Mistake>) -> TokenStream {
    result.unwrap_or_else(Mistake::compile_error)
}
