//! What the generated tests prove beyond the decoding of documented payloads: derived from the document and its payloads alone, never
//! from what the crates do.

pub(crate) mod canaries;
mod choice;
pub(crate) mod mutants;
pub(crate) mod responses;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use self::canaries::Canaries;
use self::mutants::Place;
use self::responses::KnownResponse;
use crate::contract::{Contract, Level};
use crate::payloads::Payloads;

/// How much the proofs of a vendor's crate comprise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// Changes of responses of which the document says what decoding them must come to.
    pub mutants_strict: usize,
    /// Changes of responses that may be decoded to whatever fits, or be an error.
    pub mutants_open: usize,
    /// Members of what is read that no response has, as `Type.member`.
    pub unreached: Vec<String>,
    /// Members and parameters that the document marks as sensitive.
    pub sensitive: usize,
    /// Those of them that have no canary, as `Type.member` and `operation?parameter`.
    pub uncovered: Vec<String>,
}

/// What is proved of a vendor's crate.
pub(crate) struct Proved {
    /// The changed responses by the module of their operation.
    pub(crate) mutated: BTreeMap<String, Vec<Mutated>>,
    /// The sensitive places.
    pub(crate) canaries: Canaries,
    /// How much it is.
    pub(crate) proofs: Proofs,
}

/// A response and its places that are changed.
pub(crate) struct Mutated {
    pub(crate) response: KnownResponse,
    pub(crate) places: Vec<Place>,
}

/// Works out what is to be proved.
pub(crate) fn prove(contract: &Contract, payloads: &Payloads) -> Proved {
    if contract.settings.level == Level::Found {
        return Proved { mutated: BTreeMap::new(), canaries: Canaries::default(), proofs: Proofs::default() };
    }
    let mut mutated: BTreeMap<String, Vec<Mutated>> = BTreeMap::new();
    let mut proofs = Proofs::default();
    let mut reached = BTreeSet::new();
    for response in responses::responses(contract, payloads) {
        let (places, members) = mutants::places(&contract.model.schema(&response.schema), &response.value);
        let open: usize = places.iter().map(Place::open).sum();
        proofs.mutants_open += open;
        proofs.mutants_strict += places.iter().map(Place::mutants).sum::<usize>() - open;
        reached.extend(members);
        mutated.entry(response.module.clone()).or_default().push(Mutated { response, places });
    }
    for definition in contract.types.values().filter(|definition| definition.read) {
        let members =
            contract.model.component(&definition.component).into_iter().flat_map(|schema| schema.properties());
        let missing = members.filter(|(_, member)| !reached.contains(member.pointer()));
        proofs.unreached.extend(missing.map(|(name, _)| format!("{}.{name}", definition.component)));
    }
    proofs.unreached.sort();
    let canaries = canaries::canaries(contract);
    proofs.sensitive = canaries.marked.len();
    proofs.uncovered = canaries.marked.difference(&canaries.covered).cloned().collect();
    Proved { mutated, canaries, proofs }
}
