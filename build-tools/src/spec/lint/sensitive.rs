//! Names that suggest personal data or a secret.

use heck::ToSnakeCase;

use super::{Report, context::Context, grammar::Kind};
use crate::spec::{Node, pointer::join};

/// How a name ends when it holds personal data or a secret: whole words.
const SENSITIVE_ENDINGS: &[&str] = &[
    "access_token",
    "account_number",
    "address_line",
    "api_key",
    "birth_city",
    "birth_country",
    "birth_date",
    "birth_day",
    "birth_name",
    "birth_place",
    "birthday",
    "birthdate",
    "birthplace",
    "card_number",
    "client_secret",
    "cvc",
    "cvv",
    "date_of_birth",
    "dob",
    "document_number",
    "email",
    "email_address",
    "family_name",
    "first_name",
    "forename",
    "full_name",
    "given_name",
    "iban",
    "id_token",
    "identity_number",
    "ip_address",
    "last_name",
    "licence_number",
    "license_number",
    "maiden_name",
    "middle_name",
    "mobile",
    "mobile_number",
    "mother_maiden_name",
    "national_id",
    "national_insurance_number",
    "nationality",
    "one_time_password",
    "otp",
    "passcode",
    "passphrase",
    "passport",
    "passport_number",
    "password",
    "phone",
    "phone_number",
    "place_of_birth",
    "post_code",
    "postal_code",
    "postcode",
    "private_key",
    "refresh_token",
    "secret",
    "social_security_number",
    "sort_code",
    "ssn",
    "street",
    "street_name",
    "surname",
    "tax_id",
    "tax_identification_number",
    "tax_number",
    "telephone",
    "telephone_number",
    "tin",
    "token",
    "zip_code",
];

/// Names that end like a secret and are none.
const HARMLESS_ENDINGS: &[&str] = &["page_token", "continuation_token", "cursor_token", "next_token", "previous_token"];

/// Rule `sensitive-name`, for members and parameters that are text.
pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for site in &context.sites {
        let (name, schema, pointer) = match site.kind {
            Kind::Schema if site.role == "properties" => (site.name, Some(site.node), site.pointer.clone()),
            Kind::Parameter if !site.is_reference() => {
                let name = site.node.get("name").and_then(Node::as_str).unwrap_or_default();
                (name, site.node.get("schema"), join(&site.pointer, "name"))
            }
            _ => continue,
        };
        let Some(schema) = schema else {
            continue;
        };
        if !is_sensitive(name) || context.type_of(schema) != Some("string") {
            continue;
        }
        // A mark on an object holds for each of its members.
        let object = site.pointer.rsplit_once("/properties/").and_then(|(object, _)| context.document.root.at(object));
        if is_marked(site.node) || object.is_some_and(is_marked) || is_marked_or_closed(context, schema) {
            continue;
        }
        let message = format!("`{name}` sounds like personal data or a secret, but is not marked as such");
        let help = "Add `x-sensitive: true` (or `format: password` for a secret) to it or to its component; \
                    `x-sensitive: false` states that it is neither.";
        report.pointed("sensitive-name", &pointer, message, help);
    }
}

fn is_sensitive(name: &str) -> bool {
    let separated: String = name.chars().map(|other| if other.is_alphanumeric() { other } else { '_' }).collect();
    let words = separated.to_snake_case();
    let words = words.trim_end_matches(|last: char| last.is_ascii_digit() || last == '_');
    let ends = |endings: &[&str]| {
        let whole_words = |rest: &str| rest.is_empty() || rest.ends_with('_');
        endings.iter().any(|ending| words.strip_suffix(ending).is_some_and(whole_words))
    };
    ends(SENSITIVE_ENDINGS) && !ends(HARMLESS_ENDINGS)
}

fn is_marked(node: &Node) -> bool {
    node.get("x-sensitive").is_some() || node.get("format").and_then(Node::as_str) == Some("password")
}

/// Whether a schema or what it refers to is marked, or can only have values that everybody knows.
fn is_marked_or_closed<'d>(context: &Context<'d>, schema: &'d Node) -> bool {
    let mut node = schema;
    for _ in 0..8 {
        let Some(target) = context.follow(node) else {
            return true;
        };
        if is_marked(target) || target.get("enum").is_some() || target.get("x-resource").is_some() {
            return true;
        }
        match target.get("allOf").and_then(Node::as_sequence) {
            Some([only]) => node = only,
            _ => return false,
        }
    }
    false
}
