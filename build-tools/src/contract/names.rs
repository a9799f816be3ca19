//! The names of one scope, each of which can be had once.

use std::collections::BTreeMap;

use super::Problems;

/// The names of one scope so far, with what became them and where it stands.
pub(crate) struct Names<'p, 'd> {
    problems: &'p Problems<'d>,
    /// What the names name in Rust, with its article.
    kind: &'static str,
    help: &'static str,
    owners: BTreeMap<String, (String, String)>,
}

impl<'p, 'd> Names<'p, 'd> {
    pub(crate) fn new(problems: &'p Problems<'d>, kind: &'static str, help: &'static str) -> Self {
        Self { problems, kind, help, owners: BTreeMap::new() }
    }

    /// Takes a name for what stands at `pointer`. When another has it, that is a problem with both places.
    pub(crate) fn claim(&mut self, name: &str, owner: &str, pointer: &str) {
        if let Some((other, place)) = self.owners.get(name) {
            let line = self.problems.line(place);
            let message = format!("{owner} becomes {} `{name}`, as {other} on line {line} does", self.kind);
            self.problems.add("duplicate-rust-name", pointer, message, self.help.to_owned());
            return;
        }
        self.owners.insert(name.to_owned(), (owner.to_owned(), pointer.to_owned()));
    }
}
