//! How texts of others are put into messages: on one line, without anything that a terminal obeys, and of bounded length.

use crate::text::visible;

/// How long a message or a help may be, in characters.
const MAX_MESSAGE: usize = 600;

/// How long a word in a message may be, in characters: longer than any name or address that a person reads.
const MAX_WORD: usize = 120;

/// A message that is safe to print: see [`visible`] and [`elided`]. Long words lose their middle first, so that the words
/// around them stay.
pub(super) fn message(text: String) -> String {
    if text.len() <= MAX_WORD && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text;
    }
    // Of what is far too long, only the beginning and the end are looked at.
    let text = elided(&text, 8 * MAX_MESSAGE);
    let words: Vec<String> = text.split(' ').map(|word| elided(&visible(word), MAX_WORD)).collect();
    elided(&words.join(" "), MAX_MESSAGE)
}

/// A text of at most `length` characters: of a longer one the beginning and the end, and an ellipsis between them.
pub fn elided(text: &str, length: usize) -> String {
    // Bytes are never fewer than characters, so most texts need no count.
    if text.len() <= length || text.chars().count() <= length {
        return text.to_owned();
    }
    let tail = length / 3;
    let head = length.saturating_sub(tail + 1);
    let mut short: String = text.chars().take(head).collect();
    short.push('…');
    let end: Vec<char> = text.chars().rev().take(tail).collect();
    short.extend(end.into_iter().rev());
    short
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, elided, message};

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(elided("abcdefghij", 10), "abcdefghij");
        assert_eq!(elided("abcdefghijk", 10), "abcdef…ijk");
        assert_eq!(elided("ääääääääääk", 10), "ääääää…ääk");
    }

    #[test]
    fn what_surrounds_a_long_word_stays() {
        let long = message(format!("the value `{}` is already listed on line 3", "x".repeat(10_000_000)));
        assert!(long.starts_with("the value `xxx") && long.ends_with("xxx` is already listed on line 3"), "{long}");
        assert!(message("many words ".repeat(100_000)).chars().count() <= MAX_MESSAGE);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(message("a\u{1b}[2Jb\n\u{202e}é".to_owned()), "a\\u{1b}[2Jb\\n\\u{202e}é");
    }
}
