//! Elements and attributes that a schema declares, as if each had been seen once.

use super::elements::{ElementId, Elements};
use super::value::ValueProfile;

/// What a schema lets an element hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum DeclaredContent {
    Empty,
    Text,
    Elements,
    /// Now the one and now the other.
    TextOrElements,
}

impl Elements {
    /// Adds an element with its namespace and a prefix for that; `None` when there is no room to know it. `max` is 1, or more.
    pub(in crate::infer) fn declare(
        &mut self,
        parent: ElementId,
        local: &str,
        namespace: (&str, &str),
        max: u64,
    ) -> Option<ElementId> {
        // What is nested is the schema's to say.
        self.get_mut(parent).is_closed = false;
        let id = self.add_child(parent, local, namespace)?;
        let element = self.get_mut(id);
        element.is_closed = false;
        element.instance_count = 1;
        element.document_count = 1;
        element.max_per_parent = max;
        Some(id)
    }

    /// Says what an element holds.
    pub(in crate::infer) fn declare_content(&mut self, id: ElementId, content: DeclaredContent) {
        use DeclaredContent::{Elements, Empty, Text, TextOrElements};
        self.get_mut(id).container_count = u64::from(matches!(content, Elements | TextOrElements));
        let value = self.text_id(id);
        match content {
            Text | TextOrElements => *self.value_mut(value) = ValueProfile::of_one(),
            Empty => *self.value_mut(value) = ValueProfile::of_blank(),
            Elements => {}
        }
    }

    /// Adds an attribute.
    pub(in crate::infer) fn declare_attribute(
        &mut self,
        id: ElementId,
        local: &str,
        namespace: (&str, &str),
    ) {
        let value = self.add_attribute(id, local, namespace);
        *self.value_mut(value) = ValueProfile::of_one();
    }
}
