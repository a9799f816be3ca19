//! The documented payloads of a vendor, by operation.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::spec::{VendorSources, unsound_payloads};

/// Every documented payload, by the name of its file without `.json`.
#[derive(Clone, Debug, Default)]
pub struct Payloads {
    sound: BTreeMap<String, String>,
    unsound: BTreeSet<String>,
}

impl Payloads {
    /// Takes the payloads of a vendor that the linter has passed.
    pub fn new(sources: &VendorSources) -> Self {
        let unsound = sources.unsound.as_ref().map(unsound_payloads).unwrap_or_default();
        let all = sources.examples.iter().map(|(name, file)| (name.trim_end_matches(".json"), file.text.as_str()));
        let sound =
            all.filter(|(name, _)| !unsound.contains(*name)).map(|(name, text)| (name.to_owned(), text.to_owned()));
        Self { sound: sound.collect(), unsound }
    }

    /// The payloads that are sound, by name, with their texts.
    pub fn sound(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sound.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The sound payloads whose names begin with `name`.
    pub fn beginning_with<'p>(&'p self, name: &'p str) -> impl Iterator<Item = (&'p str, &'p str)> {
        let range = self.sound.range::<str, _>((Bound::Included(name), Bound::Unbounded));
        let payloads = range.map(|(name, text)| (name.as_str(), text.as_str()));
        payloads.take_while(move |(payload, _)| payload.starts_with(name))
    }

    /// Whether there is a sound payload of that name.
    pub fn has(&self, name: &str) -> bool {
        self.sound.contains_key(name)
    }

    /// The text of a sound payload.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.sound.get(name).map(String::as_str)
    }

    /// How many payloads their own schema contradicts.
    pub fn unsound_count(&self) -> usize {
        self.unsound.len()
    }
}
