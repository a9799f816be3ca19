//! The examples of `vendor.toml`, `sign-in` and `first-call`: the only texts that become code. They are compiled as tests of the
//! README and never run, so they may hold nothing that does something while it is compiled.

use proc_macro2::{TokenStream, TokenTree};

use crate::text::is_hidden;

/// The macros that an example may call: none of them reads a file or the environment of the compiler.
const MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "eprint",
    "eprintln",
    "format",
    "matches",
    "panic",
    "print",
    "println",
    "todo",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// The attributes that an example may have, by their first word.
const ATTRIBUTES: &[&str] = &["allow", "cfg", "derive", "doc", "expect", "must_use", "tokio"];

/// Words that an example does not need, and that reach beyond it.
const REFUSED: &[&str] = &[
    "asm",
    "concat",
    "extern",
    "global_asm",
    "include",
    "include_bytes",
    "include_str",
    "macro_rules",
    "mod",
    "naked_asm",
    "option_env",
    "unsafe",
];

/// What is wrong with an example, if anything is.
pub(crate) fn fault(code: &str) -> Option<String> {
    let hidden = |character: &char| is_hidden(*character) && !matches!(character, '\n' | '\r' | '\t');
    if let Some(character) = code.chars().find(hidden) {
        return Some(format!("it holds the character U+{:04X}, which nobody sees", u32::from(character)));
    }
    let tokens: TokenStream = match code.parse() {
        Ok(tokens) => tokens,
        Err(error) => return Some(format!("it is not Rust: {error}")),
    };
    let is_program = syn::parse2::<syn::File>(tokens.clone());
    let is_body = || syn::parse::Parser::parse2(syn::Block::parse_within, tokens.clone());
    if let (Err(error), Err(_)) = (&is_program, is_body()) {
        return Some(format!("it is not Rust: {error}"));
    }
    refused(tokens)
}

fn refused(tokens: TokenStream) -> Option<String> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |index: usize, wanted: char| matches!(trees.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
    for (index, tree) in trees.iter().enumerate() {
        let is_group = |index: usize| matches!(trees.get(index), Some(TokenTree::Group(_)));
        match tree {
            TokenTree::Ident(word) if REFUSED.iter().any(|other| word == other) => {
                return Some(format!("it has `{word}`, which an example does not need"));
            }
            TokenTree::Ident(word)
                if punct(index + 1, '!') && is_group(index + 2) && !MACROS.iter().any(|name| word == name) =>
            {
                return Some(format!("it calls `{word}!`, and an example may call {} only", MACROS.join(", ")));
            }
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let first = match trees.get(index + 1) {
                    Some(TokenTree::Group(group)) => group.stream().into_iter().next(),
                    _ => None,
                };
                let first = first.map(|first| first.to_string()).unwrap_or_default();
                if !ATTRIBUTES.contains(&first.as_str()) {
                    return Some(format!("it has the attribute `{first}`, which an example does not need"));
                }
            }
            TokenTree::Group(group) => {
                if let Some(fault) = refused(group.stream()) {
                    return Some(fault);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_program_or_the_body_of_one_is_an_example() {
        for code in [
            "fn main() {}",
            "use a::Client;\n\n#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n    // Why.\n    \
             println!(\"{}\", std::env::var(\"A\")?);\n    Ok(())\n}",
            "let client = Client::new()?;\nif a != b { client.list().send().await?; }",
        ] {
            assert_eq!(fault(code), None, "{code}");
        }
    }

    #[test]
    fn what_reaches_beyond_an_example_is_refused() {
        for code in [
            "fn main() {",
            "not rust",
            "```\nfn main() {}\n```",
            "#![feature(x)]\nfn main() {}",
            "# fn main() {}",
            "const A: &str = include_str!(\"/etc/passwd\");",
            "fn main() { println!(\"{}\", include_str!(\"/etc/passwd\")) }",
            "use std::include_str as format; fn main() { format!(\"/etc/passwd\"); }",
            "fn main() { compile_error!(\"x\") }",
            "#[path = \"/tmp/x.rs\"] mod x;",
            "#[proc_macro_derive(X)] fn main() {}",
            "extern crate x;",
            "fn main() { unsafe { std::hint::unreachable_unchecked() } }",
            "macro_rules! x { () => {} }",
            "fn main() {} // \u{202e}",
            "fn main() { let a = \"\u{1b}[2J\"; }",
        ] {
            assert!(fault(code).is_some(), "{code}");
        }
    }
}
