//! A value together with the way to it.

use super::node::{Kind, Node};

/// Where something stands: the way from the outermost value (RFC 6901), and its first byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) pointer: String,
    pub(crate) at: usize,
}

/// A value and the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Spot<'j> {
    pub(crate) node: &'j Node,
    pub(crate) pointer: String,
}

impl<'j> Spot<'j> {
    /// The outermost value.
    pub(crate) fn of(node: &'j Node) -> Self {
        Self { node, pointer: String::new() }
    }

    /// Where it stands.
    pub(crate) fn place(&self) -> Place {
        Place { pointer: self.pointer.clone(), at: self.node.span.start }
    }

    /// A member; of several with one name the last, as in Python. A null counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let member = self.node.members().iter().rev().find(|member| member.key == key)?;
        (member.value.kind != Kind::Null).then(|| self.below(key, &member.value))
    }

    /// Name and value of every member.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'j str, Self)> {
        self.node.members().iter().map(|member| (&*member.key, self.below(&member.key, &member.value)))
    }

    /// Every item.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> {
        self.node.items().iter().enumerate().map(|(index, item)| self.below(&index.to_string(), item))
    }

    fn below(&self, step: &str, node: &'j Node) -> Self {
        Self { node, pointer: format!("{}/{}", self.pointer, step.replace('~', "~0").replace('/', "~1")) }
    }
}
