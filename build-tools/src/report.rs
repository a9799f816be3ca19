//! What generation had to do beyond writing down what the document says.

use crate::passes::{Change, PASSES, Review};
use crate::text::visible;

/// What the linter warned of and what the passes changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What the linter warned of: rule and message.
    pub allowed: Vec<String>,
    /// What the passes changed, in their order.
    pub changes: Vec<Change>,
}

impl Report {
    /// All of it, a line each.
    pub fn lines(&self) -> Vec<String> {
        let allowed = self.allowed.iter().map(|warning| format!("allowed: {warning}"));
        allowed.chain(self.changes.iter().map(told)).collect()
    }

    /// What a person reviews, a line each: every warning and every change that needs judgement, and of the others how many there are.
    pub fn review(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.allowed.iter().map(|warning| format!("allowed: {warning}")).collect();
        for pass in PASSES {
            let changes: Vec<&Change> = self.changes.iter().filter(|change| change.pass == pass.name).collect();
            match (pass.review, changes.len()) {
                (_, 0) => {}
                (Review::Counted, 1) => lines.push(format!("{}: 1 place", pass.name)),
                (Review::Counted, count) => lines.push(format!("{}: {count} places", pass.name)),
                (Review::Listed, _) => lines.extend(changes.into_iter().map(told)),
            }
        }
        lines
    }
}

/// A change as a line.
fn told(change: &Change) -> String {
    format!("{}: {}", change.pass, visible(&change.what))
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::passes::{Change, PASSES, Review};

    #[test]
    fn what_needs_judgement_is_listed_and_the_rest_is_counted() {
        let named = |review: Review| {
            PASSES.iter().find(|pass| pass.review == review).expect("there are passes of either kind").name
        };
        let (counted, listed) = (named(Review::Counted), named(Review::Listed));
        let change = |pass: &'static str, what: &str| Change { pass, what: what.to_owned() };
        let report = Report {
            allowed: vec!["a-rule: a warning".to_owned()],
            changes: vec![
                change(counted, "GET /one"),
                change(counted, "GET /two"),
                change(listed, "One"),
                change(listed, "Two\u{1b}[0m"),
            ],
        };
        assert_eq!(
            report.review(),
            [
                "allowed: a-rule: a warning".to_owned(),
                format!("{counted}: 2 places"),
                format!("{listed}: One"),
                format!("{listed}: Two\\u{{1b}}[0m"),
            ]
        );
        assert_eq!(report.lines().len(), 5);
    }
}
