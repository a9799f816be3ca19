//! The proofs of a vendor's crate: the table of what its document promises, and the types of the crate that are put to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;
use std::sync::OnceLock;
use std::{env, fs};

use onboarding_core::{Check, DecodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::measured;
use crate::shown::{refused, shown};
use crate::table::{Call, Planted, Response, Table, parse};

/// A type of a vendor's crate by the name that the table has for it.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    pub(crate) name: &'static str,
    /// How it is decoded and encoded again, if it is read.
    pub(crate) decode: Option<Decode>,
    /// How it is decoded and shown.
    pub(crate) show: fn(&str) -> Result<String, DecodeError>,
    /// How it is refused, if it is sent.
    pub(crate) refuse: Option<Refuse>,
}

type Decode = fn(&str) -> Result<Value, DecodeError>;
type Refuse = fn(&str) -> Option<String>;

impl Body {
    /// A type that is read.
    pub const fn read<T: DeserializeOwned + Serialize + Debug>(name: &'static str) -> Self {
        Self { name, decode: Some(measured::decoded::<T>), show: shown::<T>, refuse: None }
    }

    /// A type that is sent.
    pub const fn sent<T: DeserializeOwned + Debug + Check>(name: &'static str) -> Self {
        Self { name, decode: None, show: shown::<T>, refuse: Some(refused::<T>) }
    }

    /// A type that is read and sent.
    pub const fn both<T: DeserializeOwned + Serialize + Debug + Check>(name: &'static str) -> Self {
        Self { name, decode: Some(measured::decoded::<T>), show: shown::<T>, refuse: Some(refused::<T>) }
    }

    /// Decodes as a call does, and encodes what came of it.
    ///
    /// # Errors
    ///
    /// When the text is not of the type.
    ///
    /// # Panics
    ///
    /// When it is no type that is read.
    pub(crate) fn decode(&self, text: &str) -> Result<Value, DecodeError> {
        let decode = self.decode.unwrap_or_else(|| panic!("`{}` is not read", self.name));
        decode(text)
    }

    /// The error with which a text is refused that breaks a rule, in every form; `None` when it breaks none.
    ///
    /// # Panics
    ///
    /// When the text is not of the type, or when it is no type that is sent.
    pub(crate) fn refuse(&self, text: &str) -> Option<String> {
        let refuse = self.refuse.unwrap_or_else(|| panic!("`{}` is not sent", self.name));
        refuse(text)
    }
}

/// What a vendor's document promises, and the types that are to keep it.
#[derive(Debug)]
pub struct Proofs {
    table: Table,
    bodies: BTreeMap<&'static str, &'static Body>,
}

impl Proofs {
    /// Those of the one vendor that a test is about, read once: `package` has the table, `specs/<vendor>` the documented payloads.
    ///
    /// # Panics
    ///
    /// When the table cannot be read, or when it is about other types than those given.
    pub fn of(package: &str, vendor: &str, bodies: &'static [Body]) -> &'static Self {
        static PROOFS: OnceLock<Proofs> = OnceLock::new();
        PROOFS.get_or_init(|| Self::new(table(package, vendor), bodies))
    }

    /// A table and its types.
    ///
    /// # Panics
    ///
    /// When the table is about other types than those given.
    pub(crate) fn new(table: Table, bodies: &'static [Body]) -> Self {
        let by_name: BTreeMap<&str, &Body> = bodies.iter().map(|body| (body.name, body)).collect();
        assert_eq!(by_name.len(), bodies.len(), "each type has a name of its own");
        let read = table.modules.values().flatten().map(|response| response.body.as_str());
        let named: BTreeSet<&str> = read.chain(table.planted.values().map(|planted| planted.body.as_str())).collect();
        let given: BTreeSet<&str> = by_name.keys().copied().collect();
        assert_eq!(named, given, "the types of the table, and those of the crate");
        Self { table, bodies: by_name }
    }

    /// The responses of a module's operations, each with its type.
    ///
    /// # Panics
    ///
    /// When the table has no such module.
    pub(crate) fn responses(&self, module: &str) -> Vec<(&Response, &Body)> {
        let responses = self.table.modules.get(module).unwrap_or_else(|| panic!("the table has no module `{module}`"));
        responses.iter().map(|response| (response, self.bodies[response.body.as_str()])).collect()
    }

    /// The bodies that hold canaries, each with its name and its type.
    pub(crate) fn planted(&self) -> impl Iterator<Item = (&str, &Planted, &Body)> {
        let planted = self.table.planted.iter();
        planted.map(|(name, planted)| (name.as_str(), planted, self.bodies[planted.body.as_str()]))
    }

    /// A body that holds canaries.
    ///
    /// # Panics
    ///
    /// When the table has none of that name.
    pub(crate) fn body(&self, name: &str) -> &Planted {
        self.table.planted.get(name).unwrap_or_else(|| panic!("the table has no body `{name}`"))
    }

    /// What the document marks as sensitive.
    pub(crate) fn marked(&self) -> &BTreeSet<String> {
        &self.table.marked
    }

    /// The operations that send or receive canaries, by their ids.
    pub(crate) fn calls(&self) -> &BTreeMap<String, Call> {
        &self.table.calls
    }
}

/// The table in `package`, with the documented payloads of `specs/<vendor>`.
///
/// # Panics
///
/// When it cannot be read.
pub(crate) fn table(package: &str, vendor: &str) -> Table {
    // Cargo names the crate that is tested, which may be in another workspace than this one.
    let own = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&own).join("../..");
    let path = root.join(format!("crates/{package}/tests/generated/proofs.txt"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let payloads = root.join(format!("specs/{vendor}/examples"));
    let payload = |name: &str| fs::read_to_string(payloads.join(format!("{name}.json"))).ok();
    parse(&text, payload).unwrap_or_else(|error| panic!("{}, {error}", path.display()))
}
