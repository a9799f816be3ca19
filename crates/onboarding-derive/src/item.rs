//! What each derive reads from an item, and how it hands that to the runtime's macros.

use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

use crate::attributes::Arguments;
use crate::tokens::{Mistake, Reader, code, one, punct};

/// The kinds of JSON that a variant can have.
const KINDS: &[&str] = &["any", "array", "boolean", "integer", "null", "number", "object", "string"];

pub(crate) fn object(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, mut arguments, body } = Item::read(input)?;
    let Body::Fields(fields) = body else {
        return Err(Mistake::new(name.span(), "an object is a struct with named fields"));
    };
    let sent = flag(&mut arguments, "sent")?;
    let builder = arguments.setting("builder")?;
    if sent.is_empty() && builder.is_some() {
        return Err(Mistake::new(arguments.span(), "`builder` is for what is `sent`"));
    }
    let constants = constants(&mut arguments)?;
    let sources = arguments.call("from")?;
    if let (true, Some(sources)) = (sent.is_empty() || builder.is_some(), &sources) {
        return Err(Mistake::new(sources.span(), "`from` is for what is `sent` and has a `new`"));
    }
    let page = arguments.call("page")?;
    let rules = arguments.rules()?;
    arguments.finish()?;
    let fields = read_fields(&fields)?;
    let page = page.map(|page| object_page(&name, &page, &fields)).transpose()?;
    let mut members = Members::default();
    for field in fields {
        members.add(field)?;
    }
    let Members { required, optional, nullable, extra } = members;
    let sources = sources.map(|sources| sources.stream()).unwrap_or_default();
    let from = code("::onboarding_core::__from! { @ [@] }", [one(name.clone()), sources]);
    let object = code(
        "::onboarding_core::__object! { @ [@] [@] @ [@] [@] [@] [@] [@] }",
        [one(name), sent, builder.unwrap_or_default(), rules, constants, required, optional, nullable, extra],
    );
    Ok([object, from, page.unwrap_or_default()].into_iter().collect())
}

/// `page(items = data, total = meta?.total, next = links?.next?)`: the member with the items, the way to the number of items on all
/// pages, and the way to what leads to the next one, where `?` stands behind what may be missing.
fn object_page(name: &Ident, page: &Group, fields: &[Field]) -> Result<TokenStream, Mistake> {
    let mut within = Arguments::within(page);
    let (items, total, next) = (within.setting("items")?, within.setting("total")?, within.setting("next")?);
    within.finish()?;
    let items =
        items.ok_or_else(|| Mistake::new(page.span(), "the member with the items is missing: `items = data`"))?;
    let member = items.to_string();
    let item = fields.iter().find(|field| field.name.to_string() == member).and_then(|field| field.value.inner("Vec"));
    let item = item.ok_or_else(|| Mistake::new(page.span(), format!("`{member}` is no member of type `Vec<…>`")))?;
    let way = |path: Option<TokenStream>, value: &str| match path {
        None => code("::core::option::Option::None", []),
        Some(path) => {
            let steps =
                path.into_iter().map(|tree| if is_punct(&tree, '?') { code(".as_ref()?", []) } else { one(tree) });
            code(value, [steps.collect()])
        }
    };
    let total = way(total, "::core::convert::Into::into(__page.@)");
    let next = way(next, "::core::option::Option::Some(::onboarding_core::Parameter::to_text(&__page.@).into_owned())");
    Ok(code(
        "::onboarding_core::__page! { @ [@] @ [|__page| @] [|__page| @] }",
        [one(name.clone()), item, items, total, next],
    ))
}

/// A union of pages and bare lists, which is a page.
fn union_page(name: &Ident, variants: &[Variant], unknown: &Ident) -> Result<TokenStream, Mistake> {
    let item = variants.first().and_then(|variant| variant.value.as_ref()).map(Type::tokens);
    let item = item.ok_or_else(|| Mistake::new(name.span(), "a page has a variant"))?;
    let names = variants.iter().map(|variant| code("@,", [one(variant.name.clone())])).collect();
    Ok(code("::onboarding_core::__page! { @ [@] [@] @ }", [one(name.clone()), item, names, one(unknown.clone())]))
}

/// `constant("type", "cat")` for each member with one fixed value.
fn constants(arguments: &mut Arguments) -> Result<TokenStream, Mistake> {
    let mut constants = TokenStream::new();
    for (index, group) in arguments.calls("constant").into_iter().enumerate() {
        let mut within = Arguments::within(&group);
        let texts = within.texts();
        within.finish()?;
        let Ok([wire, value]) = <[Literal; 2]>::try_from(texts) else {
            return Err(Mistake::new(
                group.span(),
                "a constant is its name and its value: `constant(\"type\", \"cat\")`",
            ));
        };
        let place = Ident::new(&format!("__constant_{index}"), Span::call_site());
        constants.extend(code("@: @ = @,", [one(place), one(wire), one(value)]));
    }
    Ok(constants)
}

/// The members of an object by kind, as the runtime's macro takes them.
#[derive(Default)]
struct Members {
    required: TokenStream,
    optional: TokenStream,
    nullable: TokenStream,
    extra: TokenStream,
}

impl Members {
    fn add(&mut self, field: Field) -> Result<(), Mistake> {
        let Field { name, mut arguments, value } = field;
        let mut kinds = Vec::new();
        for kind in ["required", "optional", "nullable", "extra"] {
            if arguments.flag(kind)? {
                kinds.push(kind);
            }
        }
        let [kind] = kinds.as_slice() else {
            let message = "a member is one of `required`, `optional`, `nullable` and `extra`, as in `#[wire(required, \"name\")]`";
            return Err(Mistake::new(name.span(), message));
        };
        if *kind == "extra" {
            let value = value
                .inner("Map")
                .ok_or_else(|| Mistake::new(value.span(), "the members without a field of their own are a `Map<…>`"))?;
            let rules = arguments.rules()?;
            arguments.finish()?;
            if !self.extra.is_empty() {
                return Err(Mistake::new(name.span(), "`extra` is here twice"));
            }
            self.extra = code("@: @ = @", [one(name), value, rules]);
            return Ok(());
        }
        let wire = arguments.required_text("the member's name on the wire")?;
        let private = flag(&mut arguments, "private")?;
        let clear = arguments.setting("clear")?;
        let rules = arguments.rules()?;
        arguments.finish()?;
        if (*kind == "nullable") != clear.is_some() {
            return Err(Mistake::new(
                name.span(),
                "a nullable member, and no other, has the name of the method that clears it: `clear = clear_name`",
            ));
        }
        let of = |wrapper: &str, why: &str| {
            let message = format!("the type of {kind} members is `{wrapper}<…>`: {why}");
            value.inner(wrapper).ok_or_else(|| Mistake::new(value.span(), message))
        };
        match *kind {
            "optional" => {
                let value = of("Option", "it is `None` where the member is left out")?;
                self.optional.extend(code("@: @ = @ @ @,", [one(name), value, private, one(wire), rules]));
            }
            "nullable" => {
                let value = of("Patch", "left out, null and a value are three things")?;
                let clear = clear.unwrap_or_default();
                self.nullable.extend(code("@ / @: @ = @ @ @,", [one(name), clear, value, private, one(wire), rules]));
            }
            _ => self.required.extend(code("@: @ = @ @ @,", [one(name), value.tokens(), private, one(wire), rules])),
        }
        Ok(())
    }
}

pub(crate) fn string_enum(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, arguments, body } = Item::read(input)?;
    arguments.finish()?;
    let (variants, unknown) = read_union(&name, body, "String")?;
    let mut documented = TokenStream::new();
    for Variant { name, mut arguments, value } in variants {
        let wire = arguments.required_text("the variant's text on the wire")?;
        arguments.finish()?;
        if let Some(value) = value {
            return Err(Mistake::new(value.span(), "a documented text holds nothing more"));
        }
        documented.extend(code("@ = @,", [one(name), one(wire)]));
    }
    Ok(code("::onboarding_core::__string_enum! { @ [@] @ }", [one(name), documented, one(unknown)]))
}

pub(crate) fn tagged_union(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, mut arguments, body } = Item::read(input)?;
    let sent = flag(&mut arguments, "sent")?;
    let tag = arguments.setting("tag")?;
    let tag = tag.ok_or_else(|| {
        Mistake::new(
            name.span(),
            "the member that tells the variants apart is missing, as in `#[wire(tag = \"type\")]`",
        )
    })?;
    arguments.finish()?;
    let (variants, unknown) = read_union(&name, body, "JsonValue")?;
    let mut documented = TokenStream::new();
    for mut variant in variants {
        let wire = variant.arguments.required_text("the variant's value of the tag")?;
        let (name, value) = variant.finish()?;
        documented.extend(code("@(@) = @,", [one(name), value, one(wire)]));
    }
    Ok(code("::onboarding_core::__tagged_union! { @ [@] @ [@] @ }", [one(name), sent, tag, documented, one(unknown)]))
}

pub(crate) fn untagged_union(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, mut arguments, body } = Item::read(input)?;
    let sent = flag(&mut arguments, "sent")?;
    let parameter = flag(&mut arguments, "parameter")?;
    let is_page = arguments.flag("page")?;
    arguments.finish()?;
    let (variants, unknown) = read_union(&name, body, "JsonValue")?;
    let page = if is_page { union_page(&name, &variants, &unknown)? } else { TokenStream::new() };
    let mut documented = TokenStream::new();
    let mut table = TokenStream::new();
    for mut variant in variants {
        table.extend(code("\"|\",", []));
        let forms = variant.arguments.named(KINDS);
        if forms.is_empty() {
            let message = "the kind of the variant's JSON is missing, as in `#[wire(string)]`";
            return Err(Mistake::new(variant.name.span(), message));
        }
        for (kind, marks) in forms {
            table.extend(entry("/", Literal::string(&kind.to_string())));
            if let Some(marks) = marks {
                table.extend(read_marks(&marks)?);
            }
        }
        let private = flag(&mut variant.arguments, "private")?;
        let rules = variant.arguments.rules()?;
        let (name, value) = variant.finish()?;
        documented.extend(code("@(@) = @ @,", [one(name), value, private, rules]));
    }
    let union = code(
        "::onboarding_core::__untagged_union! { @ [@] [@] [@] [@] @ }",
        [one(name), sent, parameter, documented, table, one(unknown)],
    );
    Ok([union, page].into_iter().collect())
}

/// What tells a variant from others of its kind, as entries of the table of `decode/union.rs` in the runtime.
fn read_marks(marks: &Group) -> Result<TokenStream, Mistake> {
    let mut entries = TokenStream::new();
    let mut arguments = Arguments::within(marks);
    for (mark, group) in arguments.named(&["member", "shared", "one_of", "items", "format"]) {
        let missing = || Mistake::new(mark.span(), format!("`{mark}` takes arguments in parentheses"));
        let mut within = Arguments::within(&group.ok_or_else(missing)?);
        let kind = within.named(KINDS).into_iter().next().map(|(kind, _)| Literal::string(&kind.to_string()));
        let among = match within.call("one_of")? {
            Some(values) => {
                let mut values = Arguments::within(&values);
                let texts = values.texts();
                values.finish()?;
                texts
            }
            None => Vec::new(),
        };
        let mut texts = within.texts().into_iter();
        let span = within.span();
        within.finish()?;
        let mut text = |what: &str| texts.next().ok_or_else(|| Mistake::new(span, format!("{what} is missing")));
        match mark.to_string().as_str() {
            "member" => {
                entries.extend(entry("+", text("the member's name")?));
                entries.extend(kind.map(|kind| entry(":", kind)));
                entries.extend(among.into_iter().map(|value| entry("~", value)));
                entries.extend(text("").ok().map(|value| entry("=", value)));
            }
            "shared" => entries.extend(entry("&", text("the member's name")?)),
            "items" => {
                let kind = kind.ok_or_else(|| Mistake::new(span, "the kind of the items is missing"))?;
                entries.extend(entry(":", kind));
            }
            "format" => entries.extend(entry("^", text("the format")?)),
            _ => entries.extend(texts.by_ref().map(|value| entry("~", value))),
        }
        if texts.next().is_some() {
            return Err(Mistake::new(span, format!("`{mark}` takes fewer texts")));
        }
    }
    arguments.finish()?;
    Ok(entries)
}

/// One entry of the table that tells variants apart: what it says, behind the sign for that.
fn entry(sign: &str, text: Literal) -> TokenStream {
    code("::core::concat!(@, @),", [one(Literal::string(sign)), one(text)])
}

pub(crate) fn identifier(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, mut arguments, body } = Item::read(input)?;
    let private = flag(&mut arguments, "private")?;
    let rules = arguments.rules()?;
    arguments.finish()?;
    let value = only_value(&name, body)?;
    let is_private = !private.is_empty();
    match value.tokens().to_string().as_str() {
        "String" => Ok(code("::onboarding_core::__identifier! { text @ [@] @ }", [one(name), private, rules])),
        "i64" | "u64" if !is_private => {
            Ok(code("::onboarding_core::__identifier! { number @ @ @ }", [one(name), value.tokens(), rules]))
        }
        "i64" | "u64" => Err(Mistake::new(value.span(), "a private identifier holds a `String`")),
        _ => Err(Mistake::new(value.span(), "an identifier holds a `String`, an `i64` or a `u64`")),
    }
}

pub(crate) fn resource_url(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, mut arguments, body } = Item::read(input)?;
    let span = arguments.span();
    let (Some(template), Some(identifier)) = (arguments.setting("template")?, arguments.setting("identifier")?) else {
        let message = "the form of the address is missing, as in `#[wire(template = \"/payees/{payee-id}\", identifier = PayeeId)]`";
        return Err(Mistake::new(span, message));
    };
    arguments.finish()?;
    let value = only_value(&name, body)?;
    if value.tokens().to_string() != "String" {
        return Err(Mistake::new(value.span(), "an address is a `String`"));
    }
    Ok(code("::onboarding_core::__resource_url! { @ @ @ }", [one(name), template, identifier]))
}

/// Errors and outcomes by status. `raw` says that a body may be something else than JSON.
pub(crate) fn statuses(input: TokenStream, form: &str, raw: bool) -> Result<TokenStream, Mistake> {
    let Item { name, arguments, body } = Item::read(input)?;
    arguments.finish()?;
    let Body::Variants(group) = body else {
        return Err(Mistake::new(name.span(), "statuses are the variants of an enum"));
    };
    let mut variants = TokenStream::new();
    for Variant { name, mut arguments, value } in read_variants(&group)? {
        let status = match (arguments.other()?, arguments.flag("default")?) {
            (Some(status), false) => status,
            (None, true) => code("_", []),
            _ => {
                let message = "the status is missing, as in `#[wire(404)]`, `#[wire(400..=499)]` or `#[wire(default)]`";
                return Err(Mistake::new(name.span(), message));
            }
        };
        let mut encoding = TokenStream::new();
        for word in ["text", "bytes"] {
            if raw && encoding.is_empty() {
                encoding = flag(&mut arguments, word)?;
            }
        }
        arguments.finish()?;
        if let (None, false) = (&value, encoding.is_empty()) {
            return Err(Mistake::new(name.span(), "a body that is not JSON is held by its variant"));
        }
        let value = value.map_or_else(TokenStream::new, |value| code("(@)", [value.tokens()]));
        variants.extend(code("@ @ [@] = @,", [one(name), value, encoding, status]));
    }
    let mut tokens = code("::onboarding_core::", []);
    tokens.extend([TokenTree::from(Ident::new(form, Span::call_site())), punct('!')]);
    tokens.extend(code("{ @ [@] }", [one(name), variants]));
    Ok(tokens)
}

pub(crate) fn call(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, mut arguments, body } = Item::read(input)?;
    let pages = arguments.call("pages")?;
    arguments.finish()?;
    let value = only_value(&name, body)?;
    let types = value.inner("Call").map(|types| Reader::new(types, value.span()).parts()).unwrap_or_default();
    let [success, failure] = types.as_slice() else {
        return Err(Mistake::new(value.span(), "a call holds a `Call<Success, Failure>`"));
    };
    let stream = |tokens: &[TokenTree]| tokens.iter().cloned().collect::<TokenStream>();
    let pages = match pages {
        None => TokenStream::new(),
        Some(group) => {
            let mut within = Arguments::within(&group);
            let mut settings = TokenStream::new();
            if let Some(most) = within.setting("max")? {
                settings.extend(code(".max_limit(@)", [most]));
            }
            if within.flag("full")? {
                settings.extend(code(".fills_pages()", []));
            }
            let Some(style) = within.word()? else {
                return Err(Mistake::new(
                    group.span(),
                    "pages begin with their style: `pages(offset, \"offset\", \"limit\")`",
                ));
            };
            let names: TokenStream = within.texts().into_iter().flat_map(|name| code("@,", [one(name)])).collect();
            if let Some(default) = within.other()? {
                settings.extend(code(".default_limit(@)", [default]));
            }
            within.finish()?;
            code("@(@) [@]", [one(style), names, settings])
        }
    };
    Ok(code("::onboarding_core::__call! { @ [@] [@] [@] }", [one(name), stream(success), stream(failure), pages]))
}

pub(crate) fn mocked(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, arguments, body } = Item::read(input)?;
    arguments.finish()?;
    let value = only_value(&name, body)?;
    let Some(responses) = value.inner("When") else {
        return Err(Mistake::new(value.span(), "what mocks a call holds a `When<Responses>`"));
    };
    Ok(code("::onboarding_core::__mocked! { @ [@] }", [one(name), responses]))
}

pub(crate) fn responses(input: TokenStream) -> Result<TokenStream, Mistake> {
    let Item { name, arguments, body } = Item::read(input)?;
    arguments.finish()?;
    only_value(&name, body)?;
    Ok(code("::onboarding_core::__responses! { @ }", [one(name)]))
}

/// An item that has a derive.
struct Item {
    name: Ident,
    arguments: Arguments,
    body: Body,
}

enum Body {
    Fields(Group),
    Values(Group),
    Variants(Group),
    Nothing,
}

impl Item {
    fn read(input: TokenStream) -> Result<Self, Mistake> {
        let mut reader = Reader::new(input, Span::call_site());
        let arguments = Arguments::read(&mut reader)?;
        skip_visibility(&mut reader);
        let is_enum = reader.word("enum");
        if !is_enum && !reader.word("struct") {
            return Err(Mistake::new(reader.span(), "a struct or an enum was expected"));
        }
        let name = reader.ident().ok_or_else(|| Mistake::new(Span::call_site(), "the name of the item is missing"))?;
        if reader.punct('<').is_some() || reader.word("where") {
            return Err(Mistake::new(name.span(), "a type on the wire has no generic parameters"));
        }
        let body = match (reader.group(Delimiter::Brace), reader.group(Delimiter::Parenthesis)) {
            (Some(group), _) if is_enum => Body::Variants(group),
            (Some(group), _) => Body::Fields(group),
            (None, Some(group)) => Body::Values(group),
            (None, None) => Body::Nothing,
        };
        Ok(Self { name, arguments, body })
    }
}

fn skip_visibility(reader: &mut Reader) {
    if reader.word("pub") {
        reader.group(Delimiter::Parenthesis);
    }
}

struct Field {
    name: Ident,
    arguments: Arguments,
    value: Type,
}

fn read_fields(group: &Group) -> Result<Vec<Field>, Mistake> {
    let mut reader = Reader::within(group);
    let mut fields = Vec::new();
    while !reader.is_empty() {
        let arguments = Arguments::read(&mut reader)?;
        skip_visibility(&mut reader);
        let (Some(name), Some(_)) = (reader.ident(), reader.punct(':')) else {
            return Err(Mistake::new(reader.span(), "a field was expected"));
        };
        let value = Type(reader.until_comma(), name.span());
        fields.push(Field { name, arguments, value });
    }
    Ok(fields)
}

struct Variant {
    name: Ident,
    arguments: Arguments,
    value: Option<Type>,
}

impl Variant {
    /// The name, and the type that it holds. No argument may be left.
    fn finish(self) -> Result<(Ident, TokenStream), Mistake> {
        self.arguments.finish()?;
        match self.value {
            Some(value) => Ok((self.name, value.tokens())),
            None => Err(Mistake::new(self.name.span(), "a variant of a union holds a value")),
        }
    }
}

fn read_variants(group: &Group) -> Result<Vec<Variant>, Mistake> {
    let mut reader = Reader::within(group);
    let mut variants = Vec::new();
    while !reader.is_empty() {
        let arguments = Arguments::read(&mut reader)?;
        let name = reader.ident().ok_or_else(|| Mistake::new(group.span(), "a variant was expected"))?;
        let value = match reader.group(Delimiter::Parenthesis) {
            Some(group) => Some(only_part(&group)?),
            None => None,
        };
        if let [left, ..] = reader.until_comma().as_slice() {
            return Err(Mistake::new(left.span(), "a variant holds one value in parentheses, or nothing"));
        }
        variants.push(Variant { name, arguments, value });
    }
    Ok(variants)
}

/// The documented variants, and the one that keeps all others, which holds a value of that type.
fn read_union(name: &Ident, body: Body, kept: &str) -> Result<(Vec<Variant>, Ident), Mistake> {
    let Body::Variants(group) = body else {
        return Err(Mistake::new(name.span(), "what has variants is an enum"));
    };
    let mut unknown = None;
    let mut documented = Vec::new();
    for mut variant in read_variants(&group)? {
        if !variant.arguments.flag("unknown")? {
            documented.push(variant);
            continue;
        }
        variant.arguments.finish()?;
        let holds = variant.value.as_ref().is_some_and(|value| value.ends_with(kept));
        if !holds || unknown.is_some() {
            let message = format!("one variant keeps what is not documented, as a `{kept}`");
            return Err(Mistake::new(variant.name.span(), message));
        }
        unknown = Some(variant.name);
    }
    let message = format!("the variant for what is not documented is missing: `#[wire(unknown)] Unknown({kept})`");
    Ok((documented, unknown.ok_or_else(|| Mistake::new(name.span(), message))?))
}

/// The one value of a struct.
fn only_value(name: &Ident, body: Body) -> Result<Type, Mistake> {
    match body {
        Body::Values(group) => only_part(&group),
        _ => Err(Mistake::new(
            name.span(),
            "a struct that holds one value was expected, as in `struct PayeeId(String);`",
        )),
    }
}

fn only_part(group: &Group) -> Result<Type, Mistake> {
    let mut reader = Reader::within(group);
    skip_visibility(&mut reader);
    let value = Type(reader.until_comma(), group.span());
    if value.0.is_empty() || !reader.is_empty() {
        return Err(Mistake::new(group.span(), "one value was expected"));
    }
    Ok(value)
}

/// The tokens of a type, and where it is if there are none.
struct Type(Vec<TokenTree>, Span);

impl Type {
    fn tokens(&self) -> TokenStream {
        self.0.iter().cloned().collect()
    }

    fn span(&self) -> Span {
        self.0.first().map_or(self.1, TokenTree::span)
    }

    /// What stands between the angle brackets of a type of that name, whatever its path. rustfmt puts a comma behind what it writes on
    /// a line of its own.
    fn inner(&self, name: &str) -> Option<TokenStream> {
        let open = self.0.iter().position(|tree| is_punct(tree, '<'))?;
        let (last, inner) = self.0.get(open + 1..)?.split_last()?;
        let inner = inner.split_last().filter(|(last, _)| is_punct(last, ',')).map_or(inner, |(_, inner)| inner);
        let is_named = open.checked_sub(1).is_some_and(|at| self.0[at].to_string() == name);
        (is_named && is_punct(last, '>')).then(|| inner.iter().cloned().collect())
    }

    /// Whether the last name of the type's path is this one.
    fn ends_with(&self, name: &str) -> bool {
        self.0.last().is_some_and(|last| last.to_string() == name)
    }
}

fn is_punct(tree: &TokenTree, mark: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Takes a word: itself where it was there, and otherwise nothing.
fn flag(arguments: &mut Arguments, name: &str) -> Result<TokenStream, Mistake> {
    let is_there = arguments.flag(name)?;
    Ok(if is_there { one(Ident::new(name, Span::call_site())) } else { TokenStream::new() })
}
