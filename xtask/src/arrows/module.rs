//! The modules of a crate: what each defines, imports and names. Test modules are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::Visit;

use crate::workspace::Error;

/// A name brought into a module by `use`.
pub(super) struct Import {
    /// Where it comes from, as it is written.
    pub(super) path: Vec<String>,
    /// What it is called here; `None` for all names of `path`.
    pub(super) name: Option<String>,
}

/// A module, inline ones included.
#[derive(Default)]
pub(super) struct Module {
    pub(super) file: PathBuf,
    pub(super) defined: BTreeSet<String>,
    pub(super) imports: Vec<Import>,
    /// Paths of more than one segment in its code.
    pub(super) named: BTreeSet<Vec<String>>,
}

/// All modules of a crate by their path; the root has the empty one.
#[derive(Default)]
pub(super) struct Modules(pub(super) BTreeMap<Vec<String>, Module>);

impl Modules {
    /// Reads the files below this folder.
    ///
    /// # Errors
    /// When one cannot be read, or is no Rust.
    pub(super) fn read(src: &Path) -> Result<Self, Error> {
        let mut modules = Self::default();
        for root in ["lib.rs", "main.rs"] {
            let file = src.join(root);
            if file.is_file() {
                modules.read_file(&file, src, &[])?;
            }
        }
        Ok(modules)
    }

    fn read_file(&mut self, file: &Path, children: &Path, path: &[String]) -> Result<(), Error> {
        let text = std::fs::read_to_string(file)?;
        let syntax = syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        self.read_items(&syntax.items, file, children, path)
    }

    fn read_items(
        &mut self,
        items: &[syn::Item],
        file: &Path,
        children: &Path,
        path: &[String],
    ) -> Result<(), Error> {
        self.0.entry(path.to_vec()).or_default().file = file.to_owned();
        for item in items {
            if let syn::Item::Mod(inner) = item {
                if is_test(&inner.attrs) {
                    continue;
                }
                let name = inner.ident.to_string();
                let inner_path = [path, std::slice::from_ref(&name)].concat();
                let inner_children = children.join(&name);
                match &inner.content {
                    Some((_, items)) => self.read_items(items, file, &inner_children, &inner_path)?,
                    None => {
                        let flat = children.join(format!("{name}.rs"));
                        let deep = inner_children.join("mod.rs");
                        let inner_file = if flat.is_file() { flat } else { deep };
                        self.read_file(&inner_file, &inner_children, &inner_path)?;
                    }
                }
                continue;
            }
            let module = self.0.get_mut(path).expect("it was made above");
            if let Some(name) = defined_name(item) {
                module.defined.insert(name);
            }
            module.visit_item(item);
        }
        Ok(())
    }
}

impl Visit<'_> for Module {
    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        collect(&item.tree, &mut Vec::new(), &mut self.imports);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        if path.segments.len() > 1 {
            self.named.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        if !is_test(&item.attrs) {
            syn::visit::visit_item_fn(self, item);
        }
    }
}

fn collect(tree: &syn::UseTree, before: &mut Vec<String>, imports: &mut Vec<Import>) {
    let mut import = |last: Option<&syn::Ident>, name: Option<&syn::Ident>| {
        let mut path = before.clone();
        path.extend(last.filter(|last| *last != "self").map(ToString::to_string));
        let name = name.map(|name| {
            if name == "self" { before.last().cloned().unwrap_or_default() } else { name.to_string() }
        });
        imports.push(Import { path, name });
    };
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            collect(&path.tree, before, imports);
            before.pop();
        }
        syn::UseTree::Name(name) => import(Some(&name.ident), Some(&name.ident)),
        syn::UseTree::Rename(rename) => import(Some(&rename.ident), Some(&rename.rename)),
        syn::UseTree::Glob(_) => import(None, None),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before, imports)),
    }
}

fn defined_name(item: &syn::Item) -> Option<String> {
    let name = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::TraitAlias(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test")))
    })
}
