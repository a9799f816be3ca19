//! Which operations return pages, as `vendor.toml` declares it.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::calls::{Method, Operation, PagedOperation, Parameter, Success};
use super::definitions::{Kind, Member, Presence, TypeDefinition, TypeUse};
use super::problems::Problems;
use super::scalars::Scalar;
use super::settings::{Paging, Settings};
use crate::spec::PagePosition;

/// A type that is a page of a list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The type, by Rust name.
    pub name: String,
    /// The member that holds the items, on the wire; none of a union.
    pub wire: Option<String>,
    /// What the list is of.
    pub item: TypeUse,
    /// Where the items are.
    pub form: PageForm,
}

/// Where a page holds its items.
#[derive(Clone, Debug)]
pub enum PageForm {
    /// In a member of an object.
    Object {
        /// The member that holds the items, by Rust name.
        items: String,
        /// The way from the page to the number of items on all pages; empty where the vendor tells no total.
        total: Vec<PathStep>,
        /// The way from the page to what leads to the next one; empty where pages are counted.
        next: Vec<PathStep>,
    },
    /// In whichever of these variants of a union was received: each is a page or a bare list.
    Union(Vec<String>),
}

/// A member on the way to a value within an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The member, by Rust name.
    pub member: String,
    /// Whether it is always there with a value.
    pub required: bool,
}

/// Says of every operation whether it returns pages, and gives the types of those pages. A declaration that fits no operation is a
/// problem.
pub(super) fn find(
    settings: &Settings,
    operations: &mut [Operation],
    types: &IndexMap<String, TypeDefinition>,
    problems: &Problems<'_>,
) -> Vec<ListPage> {
    let mut pages = Vec::<ListPage>::new();
    let mut names_of_pages = BTreeSet::new();
    let types = Types(types.values().map(|definition| (definition.name.as_str(), definition)).collect());
    for (index, paging) in settings.paging.iter().enumerate() {
        let (mut used, mut is_used) = (BTreeSet::new(), false);
        for operation in operations.iter_mut() {
            let Success::Json(value) = &operation.success else { continue };
            let Some(found) = types.pages_of(paging, value) else { continue };
            let Some(asked_for) = types.asked_for(paging, operation) else { continue };
            operation.paging.get_or_insert(asked_for);
            is_used = true;
            for page in found {
                used.extend(page.wire.clone());
                if names_of_pages.insert(page.name.clone()) {
                    pages.push(page);
                }
            }
        }
        let by: Vec<String> =
            [&paging.at, &paging.limit].into_iter().flatten().map(|name| format!("`{name}`")).collect();
        let by = if by.is_empty() { "links".to_owned() } else { by.join(" and ") };
        let unused = paging.items.iter().enumerate().filter(|(_, items)| !used.contains(*items));
        let unused = unused.map(|(position, items)| (format!("/items/{position}"), format!("`{items}`")));
        let bare = (paging.items.is_empty() && !is_used).then(|| (String::new(), "a list".to_owned()));
        for (place, items) in unused.chain(bare) {
            problems.add_setting(
                "unused-setting",
                &format!("/paging/{index}{place}"),
                format!("no operation has {items} in pages by {by}"),
                "Correct the entry, or remove it: an operation fits that has these optional parameters and responds with an \
                 object whose items are a required list, and in which `next` leads to a text; by links, one with GET, and by the \
                 header one that responds with a list, too."
                    .to_owned(),
            );
        }
    }
    pages
}

/// The types by name.
struct Types<'t>(BTreeMap<&'t str, &'t TypeDefinition>);

impl Types<'_> {
    /// How the pages of an operation are asked for, when it has the parameters for it.
    fn asked_for(&self, paging: &Paging, operation: &Operation) -> Option<PagedOperation> {
        let parameter = |name: &str, is_fit: &dyn Fn(&TypeUse) -> bool| {
            let fits = |other: &&Parameter| {
                other.wire == name && other.is_one_in_query() && !other.required && is_fit(&other.value)
            };
            operation.parameters.iter().find(fits)
        };
        let is_number = |value: &TypeUse| *value == TypeUse::Scalar(Scalar::Integer);
        // An address is fetched, and not given what the call was given.
        if paging.style.at.is_none() && operation.method != Method::Get {
            return None;
        }
        if let (Some(at), Some(position)) = (&paging.at, paging.style.at) {
            match position {
                PagePosition::Number => parameter(at, &is_number)?,
                PagePosition::Cursor => parameter(at, &|value| self.is_cursor(value))?,
            };
        }
        let limit = match &paging.limit {
            Some(limit) => Some(parameter(limit, &is_number)?),
            None => None,
        };
        Some(PagedOperation {
            style: paging.style,
            at: paging.at.clone(),
            limit: paging.limit.clone(),
            max_limit: paging.max_limit,
            full_pages: paging.full_pages,
            default_limit: limit.and_then(|limit| limit.default.as_ref()).and_then(serde_json::Value::as_i64),
        })
    }

    /// Whether a value can be sent back as it came.
    fn is_cursor(&self, value: &TypeUse) -> bool {
        match value {
            TypeUse::Scalar(scalar) => scalar.is_text() || scalar.is_integral(),
            TypeUse::Named(name) => matches!(
                self.0.get(name.as_str()).map(|definition| &definition.kind),
                Some(Kind::TextIdentifier | Kind::IntegerIdentifier { .. })
            ),
            _ => false,
        }
    }

    /// The page that a response is, and those that it is made of; `None` when it is no page.
    fn pages_of(&self, paging: &Paging, value: &TypeUse) -> Option<Vec<ListPage>> {
        if let TypeUse::List(_) = value {
            return paging.style.has_bare_lists.then(Vec::new);
        }
        let TypeUse::Named(name) = value else { return None };
        let Kind::UntaggedUnion(variants) = &self.0.get(name.as_str())?.kind else {
            return self.object_page(paging, name).map(|page| vec![page]);
        };
        let mut pages = Vec::new();
        let mut item = None;
        for variant in variants {
            let own = match &variant.value {
                TypeUse::List(item) => (**item).clone(),
                TypeUse::Named(name) => {
                    let page = self.object_page(paging, name)?;
                    let item = page.item.clone();
                    pages.push(page);
                    item
                }
                _ => return None,
            };
            if item.get_or_insert_with(|| own.clone()) != &own {
                return None;
            }
        }
        let form = PageForm::Union(variants.iter().map(|variant| variant.name.clone()).collect());
        pages.push(ListPage { name: name.clone(), wire: None, item: item?, form });
        Some(pages)
    }

    fn object_page(&self, paging: &Paging, name: &str) -> Option<ListPage> {
        let Kind::Object { members, .. } = &self.0.get(name)?.kind else { return None };
        let is_items = |member: &&Member| member.presence == Presence::Required && paging.items.contains(&member.wire);
        let items = members.iter().find(is_items)?;
        let TypeUse::List(item) = &items.value else { return None };
        let form = PageForm::Object {
            items: items.name.clone(),
            total: self
                .way(name, &paging.total, |value| *value == TypeUse::Scalar(Scalar::Integer))
                .unwrap_or_default(),
            next: match paging.next.as_slice() {
                [] => Vec::new(),
                next => self.way(name, next, |value| self.is_cursor(value))?,
            },
        };
        Some(ListPage { name: name.to_owned(), wire: Some(items.wire.clone()), item: (**item).clone(), form })
    }

    /// The way from a page to a value that fits, through required and optional members.
    fn way(&self, page: &str, names: &[String], is_fit: impl Fn(&TypeUse) -> bool) -> Option<Vec<PathStep>> {
        let (last, way) = names.split_last()?;
        let step =
            |member: &Member| PathStep { member: member.name.clone(), required: member.presence == Presence::Required };
        let mut steps = Vec::new();
        let mut holder = page;
        for wire in way {
            let member = self.member(holder, wire)?;
            let TypeUse::Named(next) = &member.value else { return None };
            steps.push(step(member));
            holder = next;
        }
        steps.push(step(self.member(holder, last).filter(|member| is_fit(&member.value))?));
        Some(steps)
    }

    fn member(&self, object: &str, wire: &str) -> Option<&Member> {
        let Kind::Object { members, .. } = &self.0.get(object)?.kind else { return None };
        members.iter().find(|member| member.wire == wire)
    }
}
