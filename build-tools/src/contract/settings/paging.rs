//! How lists come in pages.

use serde::Deserialize;

use super::mistakes::Mistake;
use crate::spec::PagingStyle;

/// One way in which lists come in pages. It holds for every operation that has the parameters and whose response is an object with
/// the items as a required list and what leads to the next page, or a union of such an object and a bare list of the same items.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Paging {
    /// How a page is asked for.
    pub style: &'static PagingStyle,
    /// The query parameter for the number of the page, for the number of items before it or for a cursor.
    #[serde(default)]
    pub at: Option<String>,
    /// The query parameter for the most items on a page.
    #[serde(default)]
    pub limit: Option<String>,
    /// The most items on a page, whatever is asked for, where the vendor says so.
    #[serde(default)]
    pub max_limit: Option<i64>,
    /// Whether the vendor fills each page but the last. Otherwise a page that is shorter than asked for is not the last by that alone.
    #[serde(default)]
    pub full_pages: bool,
    /// The members of responses that hold the items: a page has one of them. None where pages are lists themselves.
    #[serde(default)]
    pub items: Vec<String>,
    /// The members that lead to the number of items on all pages; none where the vendor tells no total.
    #[serde(default)]
    pub total: Vec<String>,
    /// The members that lead to the cursor or the address of the next page.
    #[serde(default)]
    pub next: Vec<String>,
}

impl Paging {
    /// A key that the style needs and does not have, or has and does not need.
    pub(super) fn mistakes(&self, at: &str, mistakes: &mut Vec<Mistake>) {
        let keys = [
            ("at", self.style.at.is_some(), self.at.is_some()),
            ("limit", self.style.has_limit, self.limit.is_some()),
            ("items", !self.style.has_bare_lists, !self.items.is_empty()),
            ("next", self.style.has_next, !self.next.is_empty()),
        ];
        for (key, is_needed, is_given) in keys {
            let style = self.style.name;
            if is_needed && !is_given {
                let help = format!("Add `{key}`: `specs/README.md` says what it names.");
                mistakes.push(Mistake::new(at, format!("paging by `{style}` needs `{key}`"), &help));
            } else if is_given && !is_needed && key != "items" {
                let message = format!("paging by `{style}` has no use for `{key}`");
                mistakes.push(Mistake::new(format!("{at}/{key}"), message, "Remove it, or correct the style."));
            }
        }
        let of_limit = [("max-limit", self.max_limit.is_some()), ("full-pages", self.full_pages)];
        for (key, _) in of_limit.into_iter().filter(|(_, is_given)| *is_given && !self.style.has_limit) {
            let message = format!("paging by `{}` has no use for `{key}`", self.style.name);
            mistakes.push(Mistake::new(format!("{at}/{key}"), message, "Remove it, or correct the style."));
        }
        if self.max_limit.is_some_and(|limit| limit < 1) {
            let help = "Write how many items a page has at most.";
            mistakes.push(Mistake::new(format!("{at}/max-limit"), "a page of no items holds nothing".to_owned(), help));
        }
    }
}
