//! What prevents a contract: findings collected so that all of them are reported at once, and names that two things have.

use std::cell::RefCell;

use crate::names::{Claim, Scope};
use crate::spec::{Document, Finding, MISTAKE};

/// The findings, and the texts that they point into.
pub(super) struct Problems<'d> {
    source: &'d Document,
    settings: Option<&'d Document>,
    findings: RefCell<Vec<Finding>>,
}

/// Where something with a name is: in the document, or behind all of that in `vendor.toml`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClaimPlace {
    in_settings: bool,
    line: usize,
    pointer: String,
}

impl<'d> Problems<'d> {
    /// None yet. `source` is the document as written, `settings` the `vendor.toml`.
    pub(super) fn new(source: &'d Document, settings: Option<&'d Document>) -> Self {
        Self { source, settings, findings: RefCell::default() }
    }

    /// Whether the document is as its vendor publishes it, so that nobody can be asked to change it.
    pub(super) fn is_published(&self) -> bool {
        self.source.file.is_published()
    }

    /// What was found.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }

    /// Something is wrong in the document.
    pub(super) fn add(&self, rule: &'static str, pointer: &str, message: String, help: String) {
        self.findings.borrow_mut().push(self.source.finding(rule, pointer, message, help));
    }

    /// Something that the linter refuses, so that no document gets here with it.
    pub(super) fn missed(&self, pointer: &str, what: &str) {
        let message = format!("{what}, which the linter should have refused");
        self.add(MISTAKE, pointer, message, "Report this as a mistake of the generator.".to_owned());
    }

    /// Something is wrong in `vendor.toml`.
    pub(super) fn add_setting(&self, rule: &'static str, pointer: &str, message: String, help: String) {
        // Without the file there is no setting that could be wrong.
        if let Some(settings) = self.settings {
            self.findings.borrow_mut().push(settings.finding(rule, pointer, message, help));
        }
    }

    /// The line of a place in the document as written, to name it in a finding about another place.
    pub(super) fn line(&self, pointer: &str) -> usize {
        self.source.locate(pointer).line
    }

    /// A name for what is at `pointer` in the document.
    pub(super) fn claim(&self, owner: String, name: &str, pointer: String) -> Claim<ClaimPlace> {
        let place = ClaimPlace { in_settings: false, line: self.line(&pointer), pointer };
        Claim { place, owner, name: name.to_owned() }
    }

    /// A name for what is at `pointer` in `vendor.toml`.
    pub(super) fn claim_of_setting(&self, owner: String, name: &str, pointer: String) -> Claim<ClaimPlace> {
        let line = self.settings.map_or(0, |settings| settings.locate(&pointer).line);
        Claim { place: ClaimPlace { in_settings: true, line, pointer }, owner, name: name.to_owned() }
    }

    /// Reports the names of one scope that two things have.
    pub(super) fn report_clashes(&self, scope: Scope, claims: impl IntoIterator<Item = Claim<ClaimPlace>>, help: &str) {
        for clash in scope.clashes(claims) {
            let mut message = clash.message(scope, clash.first.place.line);
            let place = &clash.second.place;
            if place.in_settings && !clash.first.place.in_settings {
                message.push_str(" in the document");
            }
            let add = if place.in_settings { Self::add_setting } else { Self::add };
            add(self, "duplicate-rust-name", &place.pointer, message, help.to_owned());
        }
    }
}
