//! Names that are made from other names of the crate, not from the document's.

use super::{Scope, snake_case, upper_camel_case};

/// The method that clears a member.
pub(crate) fn clearing(member: &str) -> String {
    format!("clear_{}", member.trim_end_matches('_'))
}

/// The builder of a type.
pub(crate) fn builder_type(name: &str) -> String {
    format!("{name}Builder")
}

/// The name that an operation has for its errors, by the stem of its types.
pub(crate) fn error_type(stem: &str) -> String {
    format!("{}Error", stem.trim_end_matches('_'))
}

/// The type of what an operation returns by status.
pub(crate) fn outcome_type(stem: &str) -> String {
    format!("{}Outcome", stem.trim_end_matches('_'))
}

/// The type of errors that several operations share and nobody named. Ranges are in words, so that the name has the form of a type.
pub(crate) fn shared_error_type(codes: &[&str]) -> String {
    let (ranges, statuses): (Vec<&str>, Vec<&str>) = codes.iter().partition(|code| code.ends_with("XX"));
    let ranges: String = ranges.into_iter().map(status_variant).collect();
    format!("Error{}{ranges}", statuses.join("_"))
}

/// The type that signs in with a form of credentials.
pub(crate) fn sign_in_type(form: &str) -> String {
    format!("{}SignIn", upper_camel_case(form))
}

/// The static that holds how tokens of a form of credentials are obtained.
pub(crate) fn flow(form: &str) -> String {
    form.to_uppercase()
}

/// The test of an operation or a payload, by a name that is in snake case.
pub(crate) fn test(name: &str) -> String {
    Scope::Test.name("", Some(name))
}

/// A payload, by the name of its file.
pub(crate) fn payload(file: &str) -> String {
    snake_case(file)
}

/// The method that responds with a status.
pub(crate) fn response(code: &str) -> String {
    snake_case(&status_variant(code))
}

/// The function that delivers a webhook.
pub(crate) fn delivery(id: &str) -> String {
    format!("deliver_{}", snake_case(id).trim_end_matches('_'))
}

/// The function that gives a sample of a type.
pub(crate) fn sample_function(type_name: &str) -> String {
    snake_case(type_name)
}

/// The variant of a status.
pub(crate) fn status_variant(code: &str) -> String {
    let name = match code {
        "200" => "Ok",
        "201" => "Created",
        "202" => "Accepted",
        "204" => "NoContent",
        "400" => "BadRequest",
        "401" => "Unauthorized",
        "402" => "PaymentRequired",
        "403" => "Forbidden",
        "404" => "NotFound",
        "405" => "MethodNotAllowed",
        "406" => "NotAcceptable",
        "408" => "RequestTimeout",
        "409" => "Conflict",
        "410" => "Gone",
        "413" => "ContentTooLarge",
        "415" => "UnsupportedMediaType",
        "422" => "UnprocessableContent",
        "423" => "Locked",
        "426" => "UpgradeRequired",
        "429" => "TooManyRequests",
        "500" => "InternalServerError",
        "501" => "NotImplemented",
        "502" => "BadGateway",
        "503" => "ServiceUnavailable",
        "504" => "GatewayTimeout",
        "3XX" => "Redirect",
        "4XX" => "ClientError",
        "5XX" => "ServerError",
        "default" => "Other",
        code => return format!("Status{}", upper_camel_case(code).trim_start_matches("Value")),
    };
    name.to_owned()
}
