//! The addresses of things that vendors send in responses (hypermedia): each leads to the operation that gives the thing.

/// The address of a thing, as a vendor with hypermedia sends it: the operation of the client `C` that stands at such addresses gives the
/// thing. Vendor crates implement it for the types of the addresses that the vendor documents.
pub trait Follow<C> {
    /// The call of that operation.
    type Call;

    /// The call that gives the thing: to the client's own host, with its credentials. It is refused where the address is on another one or
    /// not of the form that the document gives ([`Refused::Url`](crate::Refused::Url)).
    fn follow(&self, client: &C) -> Self::Call;
}
