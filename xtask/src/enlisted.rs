//! The places of a vendor's crate in the workspace's manifest and in the facade: put in for a new vendor, and taken out again.

use anyhow::{Context, Result, anyhow};
use build_tools::FEATURES;
use build_tools::output::{Change, OutputFile};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value, value};

use xtask::workspace::{Workspace, read_text};

/// The manifest of the workspace.
const WORKSPACE: &str = "Cargo.toml";
/// Manifest and library of the facade.
const FACADE: [&str; 2] = ["crates/onboarding/Cargo.toml", "crates/onboarding/src/lib.rs"];

/// What changes for a new vendor.
pub(crate) fn enlist(workspace: &Workspace, name: &str, package: &str) -> Result<Vec<Change>> {
    let mut changes = vec![change(workspace, WORKSPACE, &|text| {
        let mut manifest: DocumentMut = text.parse()?;
        let mut dependency = InlineTable::new();
        dependency.insert("path", format!("crates/{package}").into());
        dependency.insert("version", "0.1.0".into());
        dependency.insert("default-features", false.into());
        manifest["workspace"]["dependencies"][package] = value(dependency);
        Ok(manifest.to_string())
    })?];
    if !has_facade(workspace) {
        return Ok(changes);
    }
    let [manifest, library] = FACADE;
    changes.push(change(workspace, manifest, &|text| {
        let mut manifest: DocumentMut = text.parse()?;
        let mut own = Array::new();
        own.push(format!("dep:{package}"));
        manifest["features"][name] = value(own);
        for (feature, _) in FEATURES {
            if let Some(Item::Value(Value::Array(all))) = manifest["features"].get_mut(feature) {
                let mut entry = Value::from(format!("{package}?/{feature}"));
                // The list has a line for each.
                entry.decor_mut().set_prefix("\n    ");
                all.push_formatted(entry);
            }
        }
        let mut dependency = InlineTable::new();
        dependency.insert("workspace", true.into());
        dependency.insert("optional", true.into());
        manifest["dependencies"][package] = value(dependency);
        Ok(manifest.to_string())
    })?);
    changes.push(change(workspace, library, &|text| {
        let last = text.rfind("pub use onboarding_").ok_or_else(|| anyhow!("there is no vendor to write it behind"))?;
        let end = text.get(last..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| last + end + 1);
        Ok(format!("{}{}{}", &text[..end], re_export(name, package), &text[end..]))
    })?);
    Ok(changes)
}

/// What changes when a vendor goes; files in which it has no place are left alone.
pub(crate) fn strike(workspace: &Workspace, name: &str, package: &str) -> Result<Vec<Change>> {
    let mut changes = vec![change(workspace, WORKSPACE, &|text| {
        let mut manifest: DocumentMut = text.parse()?;
        if let Some(table) = manifest["workspace"]["dependencies"].as_table_like_mut() {
            table.remove(package);
        }
        Ok(manifest.to_string())
    })?];
    if has_facade(workspace) {
        let [manifest, library] = FACADE;
        changes.push(change(workspace, manifest, &|text| {
            let mut manifest: DocumentMut = text.parse()?;
            let of_crate = [format!("dep:{package}"), format!("{package}/"), format!("{package}?/")];
            if let Some(features) = manifest["features"].as_table_like_mut() {
                features.remove(name);
                for (_, feature) in features.iter_mut() {
                    if let Some(entries) = feature.as_array_mut() {
                        retain(entries, |entry| !of_crate.iter().any(|own| entry.starts_with(own.as_str())));
                    }
                }
            }
            if let Some(dependencies) = manifest["dependencies"].as_table_like_mut() {
                dependencies.remove(package);
            }
            let own = manifest.get_mut("dev-dependencies").and_then(|all| all.get_mut("onboarding"));
            if let Some(features) = own.and_then(|own| own.get_mut("features")).and_then(Item::as_array_mut) {
                retain(features, |feature| feature != name);
            }
            Ok(manifest.to_string())
        })?);
        changes.push(change(workspace, library, &|text| Ok(text.replace(&re_export(name, package), "")))?);
    }
    changes.retain(|change| !matches!(change, Change::Differs(before, after) if *before == after.contents));
    Ok(changes)
}

fn has_facade(workspace: &Workspace) -> bool {
    workspace.root.join("crates/onboarding").is_dir()
}

fn change(workspace: &Workspace, path: &str, edit: &dyn Fn(&str) -> Result<String>) -> Result<Change> {
    let before = read_text(&workspace.root.join(path))?;
    let after = edit(&before).with_context(|| format!("{path} cannot be changed"))?;
    Ok(Change::Differs(before, OutputFile::new(path, after)))
}

/// The lines of the facade's library.
fn re_export(name: &str, package: &str) -> String {
    let (module, library) = (name.replace('-', "_"), package.replace('-', "_"));
    format!("#[cfg(feature = \"{name}\")]\n#[doc(inline)]\npub use {library} as {module};\n")
}

/// Keeps some texts of a list; what is between the others stays as it is.
fn retain(list: &mut Array, keep: impl Fn(&str) -> bool) {
    list.retain(|entry| entry.as_str().is_none_or(&keep));
    // The first of a list on one line has no blank before it.
    if let Some(first) = list.get_mut(0)
        && first.decor().prefix().and_then(|prefix| prefix.as_str()).is_some_and(|prefix| prefix == " ")
    {
        first.decor_mut().set_prefix("");
    }
}
