//! Which operations return pages, as `vendor.toml` declares it.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::calls::{Operation, Success};
use super::definitions::{Kind, Member, Presence, TypeDefinition, TypeUse};
use super::problems::Problems;
use super::settings::{Paging, PagingStyle, Settings};

/// An operation that returns pages.
#[derive(Clone, Debug)]
pub struct PagedOperation {
    /// Its method.
    pub method_name: String,
    /// How pages are counted.
    pub style: PagingStyle,
    /// The query parameter for the place of the page.
    pub at: String,
    /// The query parameter for the most items on a page.
    pub limit: String,
    /// The most items on a page when the call asks for no number, where documented.
    pub default_limit: Option<i64>,
}

/// A type that is a page of a list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The type, by Rust name.
    pub name: String,
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

/// Every operation that returns pages, and the types of those pages. A declaration that fits no operation is a problem.
pub(super) fn find(
    settings: &Settings,
    operations: &[Operation],
    types: &IndexMap<String, TypeDefinition>,
    problems: &Problems<'_>,
) -> (Vec<PagedOperation>, Vec<ListPage>) {
    let (mut operations_in_pages, mut pages) = (Vec::new(), Vec::<ListPage>::new());
    let mut names_of_pages = BTreeSet::new();
    let types: BTreeMap<&str, &TypeDefinition> =
        types.values().map(|definition| (definition.name.as_str(), definition)).collect();
    for (index, paging) in settings.paging.iter().enumerate() {
        let before = operations_in_pages.len();
        for operation in operations {
            let Success::Json(value) = &operation.success else { continue };
            let Some(found) = pages_of(paging, value, &types) else { continue };
            let parameter = |name: &str| {
                operation.parameters.iter().find(|other| {
                    other.wire == name && other.is_one_in_query() && other.value == TypeUse::Integer && !other.required
                })
            };
            let (Some(_), Some(limit)) = (parameter(&paging.at), parameter(&paging.limit)) else { continue };
            operations_in_pages.push(PagedOperation {
                method_name: operation.method_name.clone(),
                style: paging.style,
                at: paging.at.clone(),
                limit: paging.limit.clone(),
                default_limit: limit.default.as_ref().and_then(serde_json::Value::as_i64),
            });
            for page in found {
                if names_of_pages.insert(page.name.clone()) {
                    pages.push(page);
                }
            }
        }
        if operations_in_pages.len() == before {
            problems.add_setting(
                "unused-setting",
                &format!("/paging/{index}"),
                format!("no operation comes in pages by `{}` and `{}`", paging.at, paging.limit),
                "Correct the entry, or remove it: an operation fits that has both parameters and responds with an object whose \
                 items are a required list."
                    .to_owned(),
            );
        }
    }
    (operations_in_pages, pages)
}

/// The page that a response is, and those that it is made of; `None` when it is no page.
fn pages_of(paging: &Paging, value: &TypeUse, types: &BTreeMap<&str, &TypeDefinition>) -> Option<Vec<ListPage>> {
    let TypeUse::Named(name) = value else { return None };
    let definition = |name: &str| types.get(name).copied();
    let Kind::UntaggedUnion(variants) = &definition(name)?.kind else {
        return object_page(paging, name, &definition).map(|page| vec![page]);
    };
    let mut pages = Vec::new();
    let mut item = None;
    for variant in variants {
        let own = match &variant.value {
            TypeUse::List(item) => (**item).clone(),
            TypeUse::Named(name) => {
                let page = object_page(paging, name, &definition)?;
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
    pages.push(ListPage { name: name.clone(), item: item?, form });
    Some(pages)
}

fn object_page<'t>(
    paging: &Paging,
    name: &str,
    definition: &dyn Fn(&str) -> Option<&'t TypeDefinition>,
) -> Option<ListPage> {
    let Kind::Object { members, .. } = &definition(name)?.kind else { return None };
    let items = members.iter().find(|member| member.wire == paging.items && member.presence == Presence::Required)?;
    let TypeUse::List(item) = &items.value else { return None };
    let form =
        PageForm::Object { items: items.name.clone(), total: total(paging, name, definition).unwrap_or_default() };
    Some(ListPage { name: name.to_owned(), item: (**item).clone(), form })
}

/// The way to the total through required and optional members.
fn total<'t>(
    paging: &Paging,
    page: &str,
    definition: &dyn Fn(&str) -> Option<&'t TypeDefinition>,
) -> Option<Vec<PathStep>> {
    let (last, way) = paging.total.split_last()?;
    let step =
        |member: &Member| PathStep { member: member.name.clone(), required: member.presence == Presence::Required };
    let mut steps = Vec::new();
    let mut holder = page.to_owned();
    for wire in way {
        let member = member(definition(&holder)?, wire)?;
        let TypeUse::Named(next) = &member.value else { return None };
        steps.push(step(member));
        holder.clone_from(next);
    }
    steps.push(step(member(definition(&holder)?, last).filter(|member| member.value == TypeUse::Integer)?));
    Some(steps)
}

fn member<'t>(definition: &'t TypeDefinition, wire: &str) -> Option<&'t Member> {
    let Kind::Object { members, .. } = &definition.kind else { return None };
    members.iter().find(|member| member.wire == wire)
}
