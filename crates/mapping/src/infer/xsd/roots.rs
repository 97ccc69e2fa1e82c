//! Which element documents have as their root.

use super::file::XsdNode;
use super::names::QName;
use super::schema::Schema;

/// Why no root is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::infer) enum NoRoot {
    /// The files declare no element that could be one.
    NoElements,
    /// There is none of that name; these there are.
    Unknown(Vec<String>),
    /// There are several of that name, or several that no other element holds.
    Several(Vec<String>),
    /// Others stand in its place.
    Abstract(Vec<String>),
}

/// The element of this name, written as `name`, `prefix:name` or `{namespace}name`; without one, the only one that may be a root: of
/// the elements of the file that was asked for, the one that no other holds.
pub(in crate::infer) fn choose(schema: &Schema, name: Option<&str>) -> Result<QName, NoRoot> {
    match name {
        Some(name) => named(schema, name),
        None => only(schema),
    }
}

fn named(schema: &Schema, name: &str) -> Result<QName, NoRoot> {
    let is_it = |(namespace, local): &QName| match (name.strip_prefix('{'), name.split_once(':')) {
        (Some(rest), _) => rest.split_once('}') == Some((namespace, local)),
        (None, Some((prefix, wanted))) => wanted == local && schema.prefix(namespace) == prefix,
        (None, None) => local == name,
    };
    let of_name = schema.elements().iter().filter(|(name, _)| is_it(name)).collect::<Vec<_>>();
    // Those of the file that was asked for come first.
    let of_first = of_name.iter().filter(|(_, is_of_first)| *is_of_first).copied().collect::<Vec<_>>();
    let found = if of_first.is_empty() { of_name } else { of_first };
    match found[..] {
        [] => Err(NoRoot::Unknown(listed(schema, candidates(schema)))),
        [(name, _)] => {
            let is_abstract = schema.global("element", name).is_some_and(|node| node.says("abstract"));
            if !is_abstract {
                return Ok(name.clone());
            }
            let members = schema.substitutes(name).into_iter().filter_map(XsdNode::qname);
            Err(NoRoot::Abstract(members.map(|(_, local)| local).collect()))
        }
        _ => Err(NoRoot::Several(
            found.iter().map(|((namespace, local), _)| format!("{{{namespace}}}{local}")).collect(),
        )),
    }
}

fn only(schema: &Schema) -> Result<QName, NoRoot> {
    let candidates = candidates(schema);
    match candidates[..] {
        [] => return Err(NoRoot::NoElements),
        [only] => return Ok(only.clone()),
        _ => {}
    }
    let unused = candidates.iter().filter(|name| !schema.is_used(name)).copied().collect::<Vec<_>>();
    match unused[..] {
        [only] => Ok(only.clone()),
        [] => Err(NoRoot::Several(listed(schema, candidates))),
        _ => Err(NoRoot::Several(listed(schema, unused))),
    }
}

/// Elements that may be roots: those of the first file, or of its namespace, or all.
fn candidates(schema: &Schema) -> Vec<&QName> {
    let is_concrete =
        |name: &QName| schema.global("element", name).is_some_and(|node| !node.says("abstract"));
    let concrete = schema.elements().iter().filter(|(name, _)| is_concrete(name)).collect::<Vec<_>>();
    let of_first = concrete.iter().filter(|(_, is_of_first)| *is_of_first).map(|(name, _)| name);
    let of_first = of_first.collect::<Vec<_>>();
    if !of_first.is_empty() {
        return of_first;
    }
    let of_target = concrete.iter().map(|(name, _)| name).filter(|name| name.0 == schema.target());
    let of_target = of_target.collect::<Vec<_>>();
    if of_target.is_empty() { concrete.iter().map(|(name, _)| name).collect() } else { of_target }
}

fn listed(schema: &Schema, names: Vec<&QName>) -> Vec<String> {
    let is_foreign = |namespace: &str| namespace != schema.target() && !schema.prefix(namespace).is_empty();
    let text = |(namespace, local): &QName| match is_foreign(namespace) {
        true => format!("{}:{local}", schema.prefix(namespace)),
        false => local.clone(),
    };
    names.into_iter().map(text).collect()
}
