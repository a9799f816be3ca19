//! What is found in a `vendor.toml`.

use super::Settings;
use crate::spec::{Document, SourceFile};

const HEAD: &str = r#"
sign-in = ""
first-call = ""
[package]
name = "onboarding-tiny"
version = "0.1.0"
vendor = "Tiny"
description = "Tiny."
documentation = "https://tiny.example"
"#;

const FORM: &str = r#"
[[credentials]]
name = "password"
scheme = "bearer"
description = "A user."
fields = [
    { name = "user", description = "The user." },
    { name = "code", description = "A code.", given = "when-asked" },
]
"#;

/// What is found in a `vendor.toml`: line, rule and message of each.
fn mistakes(text: &str) -> Vec<String> {
    let file = SourceFile { path: "vendor.toml".to_owned(), text: text.to_owned() };
    let document = Document::load_toml(&file).expect("it is TOML");
    let findings = Settings::read(&document).err().unwrap_or_default();
    findings.into_iter().map(|finding| format!("{} {} {}", finding.span.line, finding.rule, finding.message)).collect()
}

#[test]
fn sound_settings_are_read() {
    let form = FORM.replace(", given = \"when-asked\"", "");
    assert_eq!(mistakes(&format!("{HEAD}{form}headers = {{ authorization = \"{{user}} {{code}}\" }}\n")), [""; 0]);
}

#[test]
fn placeholders_have_to_name_fields() {
    let text = format!(
        "{HEAD}{FORM}headers = {{ authorization = \"Bearer {{token}}\" }}\n[credentials.tokens]\naccess-token = \"token\"\n\
         [credentials.tokens.sign-in]\npath = \"sign-in\"\nbody = \"json\"\n\
         fields = {{ user = \"{{usr}}\", refresh = \"{{refresh_token}}\" }}\n"
    );
    assert_eq!(
        mistakes(&text),
        [
            "19 vendor-settings `{token}` is none of the fields",
            "21 vendor-settings `token` is no JSON pointer",
            "23 vendor-settings `sign-in` is no path",
            "25 vendor-settings `{refresh_token}` is none of the fields",
            "25 vendor-settings `{usr}` is none of the fields",
        ]
    );
}

#[test]
fn what_goes_together_is_asked_for() {
    let text = format!(
        "{HEAD}{FORM}headers = {{ authorization = \"Bearer {{access_token}}\" }}\n[credentials.tokens]\n\
         access-token = \"/token\"\nrefresh-token = \"/refresh\"\nexpires-in = \"/a\"\nexpires-at = \"/b\"\n\
         authorize-url = \"vendor.example\"\n[credentials.tokens.sign-in]\npath = \"/sign-in\"\nbody = \"json\"\n\
         fields = {{ user = \"{{user}}\" }}\n"
    );
    assert_eq!(
        mistakes(&text),
        [
            "22 vendor-settings `refresh` and `refresh-token` go together",
            "24 vendor-settings `expires-in` and `expires-at` exclude each other",
            "25 vendor-settings `authorize-url` needs the fields `client_id` and `redirect_uri`",
            "25 vendor-settings `vendor.example` is no address",
        ]
    );
}

#[test]
fn without_tokens_everything_is_given_always() {
    let text = format!("{HEAD}{FORM}headers = {{ authorization = \"{{user}}\" }}\n");
    assert_eq!(mistakes(&text), ["17 vendor-settings without `tokens`, `code` has to be given always"]);
}

#[test]
fn names_are_names_and_are_given_once() {
    let form = |name: &str, fields: &str| {
        format!(
            "[[credentials]]\nname = {name:?}\nscheme = \"s\"\ndescription = \"\"\nheaders = {{}}\nfields = [{fields}]\n"
        )
    };
    let field = |name: &str| format!("\n{{ name = {name:?}, description = \"\" }},");
    let fields = ["user", "e mail", "", "user", "_x", "type_"].map(field).concat();
    let forms = [form("token", &fields), form("token", ""), form("user1", ""), form("user_1", "")].concat();
    assert_eq!(
        mistakes(&format!("{HEAD}{forms}")),
        [
            "23 vendor-settings the form of credentials `token` is given twice",
            "35 vendor-settings the form of credentials `user1` and the form of credentials `user_1` become one Rust name, `User1SignIn`",
            "17 vendor-settings the field `e mail` is not in snake case",
            "18 vendor-settings the field `` is not in snake case",
            "19 vendor-settings the field `user` is given twice",
            "20 vendor-settings the field `_x` is not in snake case",
            "21 vendor-settings the field `type_` is not in snake case",
        ]
    );
}

#[test]
fn what_becomes_code_or_a_header_has_to_have_its_form() {
    let text = HEAD.replace("https://tiny.example", "tiny")
        + "[[environments]]\nname = \"a b\"\nurl = \"https://\"\ndescription = \"\"\n[errors]\nwrong_case = [\"404\"]\n\
           None = []\n[[credentials]]\nname = \"token\"\nscheme = \"s\"\ndescription = \"\"\nfields = []\n\
           [credentials.headers]\n\"x y\" = \"\"\nok = \"\\u0007\"\n";
    assert_eq!(
        mistakes(&text),
        [
            "11 vendor-settings the environment `a b` is not in snake case",
            "12 vendor-settings `https://` is no address",
            "9 vendor-settings `tiny` is no address",
            "16 vendor-settings the language has a type `None` already",
            "16 vendor-settings the error type `None` has no statuses",
            "15 vendor-settings the error type `wrong_case` is not in PascalCase",
            "24 vendor-settings the value of the header `ok` has characters that no header may have",
            "23 vendor-settings `x y` is no name of a header",
        ]
    );
}

#[test]
fn all_mistakes_are_found_at_once() {
    let text = format!("first-calls = 1\n{}credentials = []\n", HEAD.replace("vendor = \"Tiny\"\n", ""))
        .replace("[package]", "credentials = []\n[[paging]]\nstyle = \"spiral\"\n[package]")
        .replacen("credentials = []\n", "", 1)
        .replace("documentation = \"https://tiny.example\"\ncredentials = []\n", "documentation = 3\n");
    let found = mistakes(&text);
    for expected in ["unknown-key", "missing-key", "unknown-value", "wrong-kind"] {
        assert!(found.iter().any(|finding| finding.contains(expected)), "{expected}: {found:#?}");
    }
}

#[test]
fn there_has_to_be_a_form_of_credentials() {
    let text = format!("credentials = []{HEAD}");
    assert_eq!(mistakes(&text), ["1 vendor-settings there is no form of credentials"]);
}

#[test]
fn a_crate_has_a_name_of_its_own_and_of_the_right_form() {
    for name in ["onboarding-acme", "k44", "acme_v2", "a"] {
        assert!(super::not_a_crate(name).is_none(), "{name}");
    }
    let long = "a".repeat(65);
    for name in [
        "",
        "..",
        ".",
        "/tmp/x",
        "a/b",
        "a\\b",
        "../onboarding-core",
        "Acme",
        "acme ",
        "acme\n",
        "1acme",
        "-acme",
        "acme-",
        "a--b",
        "type",
        "self",
        "onboarding-core",
        "onboarding_core",
        "onboarding",
        "tokio",
        "std",
        "test",
        "ac\u{e9}",
        "a\"\nb",
        &long,
    ] {
        assert!(super::not_a_crate(name).is_some(), "{name:?}");
    }
}

const SIGNED: &str = r#"
[[credentials]]
name = "none"
scheme = "none"
description = "Nothing."
fields = []
[signing]
description = "How requests are signed."
required = true
label = "sig1"
components = [{ name = "@method" }, { name = "content-digest", when = "body" }, { name = "date" }]
digest = { header = "content-digest", algorithm = "sha-512" }
date = true
parameters = ["keyid", "created", "expires"]
lifetime = 30
unsigned-headers = { x-version = "15" }
all-headers-except = { names = ["host"], prefixes = ["x-"] }
[webhook.signature]
description = "How webhooks are signed."
components = [{ name = "@path" }]
digest = "digest"
algorithms = ["ecdsa-p521-sha512"]
ecdsa = ["der"]
max-age = 300
clock-skew = 30
keys = "/keys"
[webhook.shared-secret]
description = "An HMAC of the body."
signature = "X-Signature"
"#;

/// What is found when one line is another.
fn changed(from: &str, to: &str) -> Vec<String> {
    let whole = format!("{HEAD}{SIGNED}");
    assert_eq!(whole.matches(from).count(), 1, "{from}");
    let found = mistakes(&whole.replace(from, to));
    found.iter().map(|mistake| mistake.replace(" vendor-settings", "")).collect()
}

#[test]
fn how_requests_and_webhooks_are_signed_is_read() {
    assert_eq!(mistakes(&format!("{HEAD}{SIGNED}")), [""; 0]);
}

#[test]
fn what_signatures_are_made_of_has_to_have_its_form() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("\"sig1\"", "\"Sig 1\"", &["19 `Sig 1` is no label of a signature"]),
        (
            "{ name = \"@method\" }",
            "{ name = \"@status\" }",
            &["20 `@status` is no part of a request that can be signed"],
        ),
        ("{ name = \"@method\" }", "{ name = \"date\" }", &["20 `date` is signed twice, which no receiver accepts"]),
        ("{ name = \"@method\" }", "{ name = \"Date\" }", &["20 `Date` is not in lower case, as headers are signed"]),
        ("{ name = \"@method\" }", "{ name = \"a b\" }", &["20 `a b` is no name of a header"]),
        ("\"keyid\", \"created\"", "\"created\", \"created\"", &["23 the parameter is given twice"]),
        (
            "x-version = \"15\"",
            "x-version = \"\\u0007\"",
            &["25 the value of the header `x-version` has characters that no header may have"],
        ),
        ("[\"host\"]", "[\"Host\"]", &["26 `Host` is not in lower case, as headers are signed"]),
        ("[\"x-\"]", "[\"\"]", &["26 `` is no name of a header"]),
        ("\"/keys\"", "\"keys\"", &["35 `keys` is no path"]),
        ("\"X-Signature\"", "\"X Signature\"", &["38 `X Signature` is no name of a header"]),
        ("\"sha-512\"", "\"sha-1\"", &["21 unknown-value `sha-1` is no value of `algorithm`"]),
        ("\"ecdsa-p521-sha512\"", "\"none\"", &["31 unknown-value `none` is no value of `algorithms`"]),
        (
            "required = true",
            "obliged = true",
            &["18 unknown-key `obliged` means nothing in `signing`", "16 missing-key `signing` has no `required`"],
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(changed(from, to), *expected, "{to}");
    }
}

#[test]
fn what_contradicts_itself_is_no_way_to_sign() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("lifetime = 30\n", "\n", &["23 the setting `lifetime` and the parameter `expires` go together"]),
        (", \"expires\"]", "]", &["24 the setting `lifetime` and the parameter `expires` go together"]),
        ("lifetime = 30", "lifetime = 0", &["24 a signature that ends when it is made is never accepted"]),
        (
            "label = \"sig1\"",
            "label = \"sig1\"\ntag = \"a\"",
            &["20 the setting `tag` and the parameter `tag` go together"],
        ),
        ("date = true\n", "\n", &["20 `date` is signed, but nothing sets it"]),
        (
            "{ header = \"content-digest\"",
            "{ header = \"digest\"",
            &["20 `content-digest` is signed, but nothing sets it"],
        ),
        (
            "{ name = \"date\" }",
            "{ name = \"content-length\" }",
            &["20 `content-length` is signed, but nothing sets it"],
        ),
        ("[\"ecdsa-p521-sha512\"]", "[\"ed25519\"]", &["32 `ecdsa` says nothing where no algorithm is one of ECDSA"]),
        ("max-age = 300", "max-age = 0", &["33 a webhook that may not be a second old is never accepted"]),
    ];
    for (from, to, expected) in cases {
        assert_eq!(changed(from, to), *expected, "{to}");
    }
    let whole = format!("{HEAD}{SIGNED}");
    let unsigned = whole
        .replace("{ name = \"content-digest\", when = \"body\" }, ", "")
        .replace("all-headers-except = { names = [\"host\"], prefixes = [\"x-\"] }\n", "");
    assert_eq!(
        mistakes(&unsigned),
        ["21 vendor-settings `content-digest` is set but not signed, so that it vouches for nothing"]
    );
    let (before, _) = whole.split_once("[webhook.signature]").expect("it is there");
    assert_eq!(
        mistakes(&format!("{before}[webhook]\n")),
        ["27 vendor-settings it is not said how webhooks are vouched for"]
    );
}
