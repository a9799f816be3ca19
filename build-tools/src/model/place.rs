//! The place of a schema, to keep and to come back to: what outlives a [`View`] or is named by the files of proofs.

use super::{Additional, CallView, Model, View};
use crate::spec::unescape;

/// Where a schema of a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaPlace {
    pointer: String,
}

impl View<'_> {
    /// The place, to come back to.
    pub fn place(&self) -> SchemaPlace {
        SchemaPlace { pointer: self.pointer().to_owned() }
    }
}

impl Model {
    /// The schema at a place of this document. Where a place has none, any value fits.
    pub fn schema(&self, place: &SchemaPlace) -> View<'_> {
        self.at(&place.pointer).unwrap_or_else(|| View::absent(self, place.pointer.clone()))
    }

    /// The schema at a JSON pointer, as [`View::pointer`] gives it: of a component, or of an operation or webhook; `None` where there is
    /// none.
    pub fn at(&self, pointer: &str) -> Option<View<'_>> {
        let mut segments = pointer.strip_prefix('/')?.split('/').map(unescape);
        let section = segments.next()?;
        let mut view = match section.as_str() {
            "components" => {
                segments.next().filter(|section| section == "schemas")?;
                self.component(&segments.next()?)?
            }
            _ => of_call(&self.call(&section, &segments.next()?, &segments.next()?)?, &mut segments)?,
        };
        while let Some(keyword) = segments.next() {
            view = match keyword.as_str() {
                "properties" => view.property(&segments.next()?)?,
                "items" => view.items()?,
                "additionalProperties" => match view.additional() {
                    Additional::Values(values) => values,
                    Additional::Unsaid | Additional::Refused | Additional::Any => return None,
                },
                "allOf" => view.parts().into_iter().nth(segments.next()?.parse().ok()?)?,
                "oneOf" | "anyOf" => view.union()?.variants.into_iter().nth(segments.next()?.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(view)
    }
}

/// A step from a value to one within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// To the member of that name, as a pointer writes it.
    Member(&'p str),
    /// To an item of the list.
    Item,
    /// To an entry of the map, or a member without a name of its own.
    Entry,
}

/// The steps from a value to one within it, from the pointer that leads from the schema of the one to that of the other. A part of a
/// composition and a variant of a union are the value itself.
pub(crate) fn steps(pointer: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut segments = pointer.split('/');
    while let Some(keyword) = segments.next() {
        match keyword {
            "properties" => steps.push(Step::Member(segments.next().unwrap_or_default())),
            "items" => steps.push(Step::Item),
            "additionalProperties" => steps.push(Step::Entry),
            "allOf" | "oneOf" | "anyOf" => drop(segments.next()),
            _ => {}
        }
    }
    steps
}

/// The schema of a parameter, of what is sent or of a response.
fn of_call<'m>(call: &CallView<'m>, segments: &mut impl Iterator<Item = String>) -> Option<View<'m>> {
    let of_content = |segments: &mut dyn Iterator<Item = String>, media_type: &str, schema: View<'m>| {
        let is_there = segments.next()? == "content" && segments.next()? == media_type && segments.next()? == "schema";
        is_there.then_some(schema)
    };
    match segments.next()?.as_str() {
        "parameters" => {
            let position: usize = segments.next()?.parse().ok()?;
            let schema = call.parameters().into_iter().nth(position)?.schema;
            segments.next().filter(|keyword| keyword == "schema")?;
            Some(schema)
        }
        "requestBody" => {
            let body = call.body()?;
            of_content(segments, body.media_type, body.schema)
        }
        "responses" => {
            let code = segments.next()?;
            let response = call.responses().into_iter().find(|response| response.code == code)?;
            let (media_type, schema) = response.content?;
            of_content(segments, media_type, schema)
        }
        _ => None,
    }
}
