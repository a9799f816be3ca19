//! How lists come in pages: one table for the grammar of `vendor.toml`, for what is wrong in a `[[paging]]`, and for the contract.

use serde::de::{Deserialize, Deserializer, Error, Unexpected};

/// One way in which lists come in pages.
#[derive(Debug, PartialEq, Eq)]
pub struct PagingStyle {
    /// Its name in `vendor.toml`, of the runtime's function, and in the attribute of generated calls.
    pub name: &'static str,
    /// What the query parameter `at` takes; none where a page holds the whole address of the next.
    pub at: Option<PagePosition>,
    /// Whether `limit` names the query parameter for the most items on a page.
    pub has_limit: bool,
    /// Whether `next` names the member of a page that leads to the next one.
    pub has_next: bool,
    /// Whether a page may be a list itself, since what leads to the next one is not in it.
    pub has_bare_lists: bool,
}

/// What tells the vendor which page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePosition {
    /// A number, which the client counts.
    Number,
    /// A text or an identifier, which the page before holds.
    Cursor,
}

/// All ways that there are. One more is a row here and a function of the runtime's `Paging`.
pub const PAGING_STYLES: &[PagingStyle] = &[
    // By the number of the page, from 1.
    PagingStyle {
        name: "number",
        at: Some(PagePosition::Number),
        has_limit: true,
        has_next: false,
        has_bare_lists: false,
    },
    // By the number of items before the page.
    PagingStyle {
        name: "offset",
        at: Some(PagePosition::Number),
        has_limit: true,
        has_next: false,
        has_bare_lists: false,
    },
    // By a text that the page before holds.
    PagingStyle {
        name: "cursor",
        at: Some(PagePosition::Cursor),
        has_limit: false,
        has_next: true,
        has_bare_lists: false,
    },
    // By the address that the page before holds.
    PagingStyle { name: "link", at: None, has_limit: false, has_next: true, has_bare_lists: false },
    // By the address that the `Link` header of the page before holds (RFC 8288).
    PagingStyle { name: "header", at: None, has_limit: false, has_next: false, has_bare_lists: true },
];

/// The names of the styles.
pub(crate) const PAGING_STYLE_NAMES: &[&str] = &{
    let mut names = [""; PAGING_STYLES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = PAGING_STYLES[index].name;
        index += 1;
    }
    names
};

impl<'de> Deserialize<'de> for &'static PagingStyle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let style = PAGING_STYLES.iter().find(|style| style.name == name);
        style.ok_or_else(|| Error::invalid_value(Unexpected::Str(&name), &"a style of paging"))
    }
}
