//! A program that makes every call of a vendor by plain progenitor, with the arguments of our generated wire tests: what it sends can
//! be held against what our crate sends.
//!
//! Which arguments a method takes is read from the plain code itself, so the program follows progenitor and not our idea of it.

use build_tools::Payloads;
use build_tools::contract::{Contract, Extent, Operation, Parameter, sample};
use serde_json::Value;
use syn::{FnArg, GenericArgument, ImplItemFn, Pat, PathArguments, Type};

use crate::baseline::{PlainOutput, client_methods};

/// The program, and which operations it calls.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The program, as one file. Its first argument is the address to call; each operation calls below a path of its own name. It
    /// prints a line for each operation that gave an error, whether it was called or not: name, tabulator, reason.
    pub(crate) rust: String,
    /// The operations that it calls.
    pub(crate) called: Vec<Called>,
    /// Those for which no call could be written: name and reason.
    pub(crate) left_out: Vec<(String, String)>,
}

/// An operation that the program calls.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    /// The name of our method.
    pub(crate) name: String,
    /// The parameters that it cannot give: plain progenitor makes an array of a list of fixed length, and its client then fails to
    /// encode that.
    pub(crate) withheld: Vec<String>,
}

/// Writes the program for plain progenitor's output in positional style, which is the library `package`.
pub(crate) fn program(
    contract: &Contract,
    payloads: &Payloads,
    plain: &PlainOutput,
    package: &str,
) -> syn::Result<Program> {
    let file = syn::parse_file(&plain.rust)?;
    let methods: Vec<&ImplItemFn> = client_methods(&file).filter(|method| method.sig.asyncness.is_some()).collect();
    let mut functions = String::new();
    let (mut called, mut left_out) = (Vec::new(), Vec::new());
    for operation in &contract.operations {
        let method = methods.iter().find(|method| same_name(&method.sig.ident.to_string(), &operation.id));
        let arguments = match method {
            Some(method) => arguments(contract, payloads, operation, method),
            None => Err("plain progenitor has no such method".to_owned()),
        };
        match (method, arguments) {
            (Some(method), Ok((arguments, withheld))) => {
                functions.push_str(&function(operation, &method.sig.ident.to_string(), &arguments));
                called.push(Called { name: operation.method_name.clone(), withheld });
            }
            (_, Err(reason)) => left_out.push((operation.method_name.clone(), reason)),
            (None, Ok(_)) => {}
        }
    }
    let library = package.replace('-', "_");
    let call = |Called { name, .. }: &Called| format!("    report({name:?}, {name}(&address).await);\n");
    let calls: Vec<String> = called.iter().map(call).collect();
    let rust =
        format!("{}{functions}{}", HEAD.replace("LIBRARY", &library), TAIL.replace("    CALLS\n", &calls.concat()));
    Ok(Program { rust, called, left_out })
}

const HEAD: &str = "\
//! Every operation, called by plain progenitor. Written by `cargo xtask differential`.

#![allow(clippy::all, deprecated)]

use LIBRARY::Client;

/// Decodes an argument to whatever type the method takes.
fn decode<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
";

const TAIL: &str = "
/// Says what went wrong. Whether that kept the call from being made is seen by who was called.
fn report(operation: &str, outcome: Result<(), String>) {
    if let Err(reason) = outcome {
        println!(\"{operation}\\t{}\", reason.replace('\\n', \" \"));
    }
}

#[tokio::main(flavor = \"current_thread\")]
async fn main() {
    let address = std::env::args().nth(1).expect(\"the address to call\");
    CALLS
}
";

fn function(operation: &Operation, method: &str, arguments: &[String]) -> String {
    let name = &operation.method_name;
    // Boxed, so that the futures of all calls do not lie within one another.
    format!(
        "\nasync fn {name}(address: &str) -> Result<(), String> {{\n    \
         let client = Client::new(&format!(\"{{address}}/{name}\"));\n    \
         Box::pin(client.{method}({})).await.map(drop).map_err(|error| error.to_string())\n}}\n",
        arguments.join(", ")
    )
}

/// Whether two names are the same but for separators, which progenitor and we choose differently.
fn same_name(left: &str, right: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    letters(left) == letters(right)
}

/// An expression for each argument of the method, and the parameters that are withheld.
fn arguments(
    contract: &Contract,
    payloads: &Payloads,
    operation: &Operation,
    method: &ImplItemFn,
) -> Result<(Vec<String>, Vec<String>), String> {
    let parameters: Vec<&Parameter> = operation.all_parameters().collect();
    let (mut given, mut withheld) = (Vec::new(), Vec::new());
    let mut expressions = Vec::new();
    for argument in &method.sig.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        let Pat::Ident(name) = &*argument.pat else {
            return Err("plain progenitor's method takes an argument without a name".to_owned());
        };
        let name = name.ident.to_string();
        if let Some(parameter) = parameters.iter().find(|parameter| same_name(&parameter.wire, &name)) {
            given.push(parameter.wire.as_str());
            if is_optional_array(&argument.ty) {
                withheld.push(parameter.wire.clone());
                expressions.push("None".to_owned());
                continue;
            }
            expressions.push(expression(&argument.ty, &parameter_value(parameter)));
        } else if let (Some(body), "body") = (&operation.body, name.as_str()) {
            expressions.push(if body.encoding.is_typed && !body.encoding.has_parts {
                let documented = payloads.get(&format!("{}.request", operation.id));
                let documented = documented.and_then(|text| serde_json::from_str(text).ok());
                let everything = || sample(&contract.model.schema(&body.schema), Extent::Everything);
                expression(&argument.ty, &documented.unwrap_or_else(everything))
            } else {
                "\"bytes\"".to_owned()
            });
        } else {
            return Err(format!("plain progenitor's method takes `{name}`, which the operation does not have"));
        }
    }
    match parameters.iter().find(|parameter| !given.contains(&parameter.wire.as_str())) {
        Some(parameter) => Err(format!("plain progenitor's method does not take `{}`", parameter.wire)),
        None => Ok((expressions, withheld)),
    }
}

/// The value that our wire tests give: for a list that may be left out two items, so that it is seen how they travel.
fn parameter_value(parameter: &Parameter) -> Value {
    let item = parameter.sample.clone();
    if !parameter.style.is_list {
        item
    } else if parameter.required || parameter.limits.items.most == Some(1) {
        Value::Array(vec![item])
    } else {
        Value::Array(vec![item.clone(), item])
    }
}

/// Whether a type is a list of fixed length that may be left out.
fn is_optional_array(wanted: &Type) -> bool {
    let Some(Type::Reference(reference)) = inside_option(wanted) else {
        return false;
    };
    matches!(&*reference.elem, Type::Array(_))
}

/// What an `Option` may hold; `None` for other types.
fn inside_option(wanted: &Type) -> Option<&Type> {
    let Type::Path(path) = wanted else {
        return None;
    };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(inner)) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// An expression of that type for the value. The type itself is inferred by the compiler; what matters is how it is passed.
fn expression(wanted: &Type, value: &Value) -> String {
    if let Some(inner) = inside_option(wanted) {
        return format!("Some({})", expression(inner, value));
    }
    match wanted {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => format!("{:?}", text(value)),
            inner => format!("&{}", expression(inner, value)),
        },
        _ => format!("decode({:?})?", value.to_string()),
    }
}

/// A value as plain text: joined, where the baseline made a text of a list.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use syn::parse_quote;

    use super::{expression, is_optional_array, same_name};

    #[test]
    fn arguments_are_passed_as_the_signature_says() {
        assert_eq!(expression(&parse_quote!(&'a str), &json!("it")), "\"it\"");
        assert_eq!(expression(&parse_quote!(Option<&'a str>), &json!(["a", "b"])), "Some(\"a,b\")");
        assert_eq!(expression(&parse_quote!(i64), &json!(1)), "decode(\"1\")?");
        assert_eq!(expression(&parse_quote!(&'a types::Thing), &json!({"a": 1})), "&decode(\"{\\\"a\\\":1}\")?");
        let list = expression(&parse_quote!(Option<&'a ::std::vec::Vec<types::Kind>>), &json!(["x"]));
        assert_eq!(list, "Some(&decode(\"[\\\"x\\\"]\")?)");
        assert!(is_optional_array(&parse_quote!(Option<&'a [types::Kind; 1usize]>)));
    }

    #[test]
    fn names_are_the_same_whatever_separates_their_words() {
        assert!(same_name("page_limit", "page[limit]"));
        assert!(same_name("type_", "type"));
        assert!(!same_name("pages", "page"));
    }
}
