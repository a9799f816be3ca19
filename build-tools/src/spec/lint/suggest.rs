//! Did-you-mean: the nearest of the names that would have been right.

/// How much may be compared in all for the sake of suggestions: a document that is full of mistakes needs none of the last ones.
const MAX_EFFORT: usize = 1_000_000;

/// How many characters of a name are compared: no suggestion is worth comparing texts of any length.
const MAX_LENGTH: usize = 64;

/// What a comparison of two names costs beside a look at the length of one.
const COMPARISON: usize = 100;

/// The candidate that is closest to `name`, when one is close enough to be what was meant. `effort` is what has been spent on
/// suggestions so far; when it is too much, there are no further ones.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    effort: &mut usize,
) -> Option<&'a str> {
    let limit = (name.chars().take(MAX_LENGTH).count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        *effort += 1;
        if *effort > MAX_EFFORT {
            return None;
        }
        // A character has at most four bytes.
        let (shorter, longer) = (name.len().min(candidate.len()), name.len().max(candidate.len()));
        if longer > 4 * (shorter + limit) {
            continue;
        }
        *effort += COMPARISON;
        let distance = distance(name, candidate);
        if distance <= limit && best.is_none_or(|(shortest, _)| distance < shortest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many characters have to be inserted, removed, replaced or swapped with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).take(MAX_LENGTH).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).take(MAX_LENGTH).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, left_character) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right_character) in right.iter().enumerate() {
            let replaced = cell(&above, column) + usize::from(left_character != right_character);
            let shortest = replaced.min(cell(&above, column + 1) + 1).min(cell(&current, column) + 1);
            let swapped = row > 0
                && column > 0
                && left.get(row - 1) == Some(right_character)
                && right.get(column - 1) == Some(left_character);
            let swap = if swapped { cell(&before, column - 1) + 1 } else { shortest };
            current.push(shortest.min(swap));
        }
        before = above;
        above = current;
    }
    above.last().copied().unwrap_or_default()
}

fn cell(row: &[usize], column: usize) -> usize {
    row.get(column).copied().unwrap_or_default()
}
