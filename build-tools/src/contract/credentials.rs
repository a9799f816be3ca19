//! Whether the forms of credentials in `vendor.toml` send what the document's security schemes ask for.

use openapiv3::{APIKeyLocation, ReferenceOr, SecurityScheme};

use super::problems::Problems;
use super::settings::{CredentialForm, Settings};
use crate::model::Model;

/// Where a scheme wants the credentials: the kind of place, its name, and how a value there begins.
enum Wanted<'d> {
    Header(&'d str, Option<&'static str>),
    Query(&'d str),
    Cookie(&'d str),
}

pub(super) fn check(model: &Model, settings: &Settings, problems: &Problems<'_>) {
    for (index, form) in settings.credentials.iter().enumerate() {
        let schemes = model.openapi().components.as_ref().map(|components| &components.security_schemes);
        let scheme = schemes.and_then(|schemes| schemes.get(form.scheme.as_ref()?)).and_then(ReferenceOr::as_item);
        if let Some(wanted) = scheme.and_then(wanted)
            && let Err((message, help)) = agrees(form, &wanted)
        {
            let message = format!("credentials `{}`: {message}", form.name);
            problems.add_setting("vendor-settings", &format!("/credentials/{index}/scheme"), message, help);
        }
    }
}

fn wanted(scheme: &SecurityScheme) -> Option<Wanted<'_>> {
    match scheme {
        SecurityScheme::APIKey { location, name, .. } => Some(match location {
            APIKeyLocation::Header => Wanted::Header(name, None),
            APIKeyLocation::Query => Wanted::Query(name),
            APIKeyLocation::Cookie => Wanted::Cookie(name),
        }),
        SecurityScheme::HTTP { scheme, .. } => Some(match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Wanted::Header("Authorization", Some("Bearer ")),
            "basic" => Wanted::Header("Authorization", Some("Basic ")),
            _ => Wanted::Header("Authorization", None),
        }),
        // How tokens travel is not said of the others: RFC 6750 knows three ways.
        SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIDConnect { .. } => None,
    }
}

fn agrees(form: &CredentialForm, wanted: &Wanted<'_>) -> Result<(), (String, String)> {
    let (place, name, entry) = match wanted {
        Wanted::Header(name, begins) => {
            let header = form.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
            match (header, begins) {
                (Some((_, value)), Some(begins)) if !value.starts_with(begins) => {
                    return Err((
                        format!(
                            "the scheme asks for a header `{name}` that begins with `{begins}`, `vendor.toml` sends another"
                        ),
                        format!("Write `{} = \"{begins}{{…}}\"` under `headers`.", name.to_ascii_lowercase()),
                    ));
                }
                (Some(_), _) => return Ok(()),
                (None, _) => ("a header", *name, "headers"),
            }
        }
        Wanted::Query(name) if form.query.contains_key(*name) => return Ok(()),
        Wanted::Cookie(name) if form.cookies.contains_key(*name) => return Ok(()),
        Wanted::Query(name) => ("a query parameter", *name, "query"),
        Wanted::Cookie(name) => ("a cookie", *name, "cookies"),
    };
    Err((
        format!("the scheme asks for {place} `{name}`, which `vendor.toml` does not send"),
        format!("Write `{entry} = {{ \"{name}\" = \"{{…}}\" }}`, or correct the scheme."),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use openapiv3::SecurityScheme;

    use super::{agrees, wanted};
    use crate::contract::CredentialForm;

    fn form(sent: &str) -> CredentialForm {
        let head = "name = \"key\"\nscheme = \"s\"\ndescription = \"A key.\"\nfields = [{ name = \"key\", description = \"It.\" }]\n";
        toml::from_str(&format!("{head}{sent}")).expect("it is a form")
    }

    fn said(scheme: &Value, sent: &str) -> Option<String> {
        let scheme: SecurityScheme = serde_json::from_value(scheme.clone()).expect("it is a scheme");
        wanted(&scheme).and_then(|wanted| agrees(&form(sent), &wanted).err()).map(|(message, _)| message)
    }

    #[test]
    fn a_key_travels_where_its_scheme_says() {
        let key = |place: &str| json!({ "type": "apiKey", "in": place, "name": "X-Key" });
        let bearer = json!({ "type": "http", "scheme": "Bearer" });
        for (scheme, sent) in [
            (key("header"), "headers = { x-key = \"{key}\" }"),
            (key("query"), "query = { X-Key = \"{key}\" }"),
            (key("cookie"), "cookies = { X-Key = \"{key}\" }"),
            (bearer.clone(), "headers = { authorization = \"Bearer {key}\", x-more = \"{key}\" }"),
            (json!({ "type": "oauth2", "flows": {} }), "headers = { authorization = \"Bearer {key}\" }"),
        ] {
            assert_eq!(said(&scheme, sent), None, "{sent}");
        }
        for (scheme, sent, place) in [
            (key("header"), "headers = { x-other = \"{key}\" }", "a header `X-Key`"),
            (key("header"), "query = { X-Key = \"{key}\" }", "a header `X-Key`"),
            (key("query"), "headers = { x-key = \"{key}\" }", "a query parameter `X-Key`"),
            (key("query"), "query = { x-key = \"{key}\" }", "a query parameter `X-Key`"),
            (key("cookie"), "query = { X-Key = \"{key}\" }", "a cookie `X-Key`"),
            (bearer.clone(), "headers = { x-key = \"{key}\" }", "a header `Authorization`"),
        ] {
            let expected = format!("the scheme asks for {place}, which `vendor.toml` does not send");
            assert_eq!(said(&scheme, sent), Some(expected), "{sent}");
        }
        let other = said(&bearer, "headers = { authorization = \"Token {key}\" }");
        assert!(other.is_some_and(|message| message.contains("begins with `Bearer `")));
    }
}
