//! Names that suggest personal data or a secret.

use heck::ToSnakeCase;

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

/// Whether a name suggests personal data or a secret.
pub(crate) fn is_sensitive(name: &str) -> bool {
    ends_with_words(name, SENSITIVE_ENDINGS) && !ends_with_words(name, HARMLESS_ENDINGS)
}

/// Whether the last words of a name are one of these endings.
pub(crate) fn ends_with_words(name: &str, endings: &[&str]) -> bool {
    let words = words(name);
    let words = words.trim_end_matches(|last: char| last.is_ascii_digit() || last == '_');
    let whole_words = |rest: &str| rest.is_empty() || rest.ends_with('_');
    endings.iter().any(|ending| words.strip_suffix(ending).is_some_and(whole_words))
}

/// A name in snake case, whatever separates its words.
pub(crate) fn words(name: &str) -> String {
    let separated: String = name.chars().map(|other| if other.is_alphanumeric() { other } else { '_' }).collect();
    separated.to_snake_case()
}
