//! What paths of conditions, `each` and `one_per` come to that begin above the node that they are asked for: at an element around it, or at
//! the document. It is the same for all nodes within that element, and found once for them.

use std::cell::RefCell;
use std::collections::HashMap;

use super::tree::NodeId;

/// Answers of type `T`, by the place of the question in the plan, which stays where it is as long as this lives.
#[derive(Debug)]
pub(super) struct Around<T> {
    /// The elements of one question lie within each other, so that there are no more of them than elements are deep.
    known: RefCell<HashMap<usize, Vec<Answer<T>>, foldhash::fast::FixedState>>,
}

#[derive(Debug)]
struct Answer<T> {
    start: NodeId,
    end: NodeId,
    answer: T,
}

impl<T> Default for Around<T> {
    fn default() -> Self {
        Self { known: RefCell::default() }
    }
}

impl<T: Clone> Around<T> {
    /// The answer for `start`, where it is known; `node` lies within that.
    pub(super) fn get<Q>(&self, question: &Q, start: NodeId, node: NodeId) -> Option<T> {
        let mut known = self.known.borrow_mut();
        let answers = known.get_mut(&std::ptr::from_ref(question).addr())?;
        while answers.last().is_some_and(|last| !(last.start..last.end).contains(&node)) {
            answers.pop();
        }
        answers.iter().rev().find(|known| known.start == start).map(|known| known.answer.clone())
    }

    /// Keeps an answer for the nodes from `start` to `end`.
    pub(super) fn keep<Q>(&self, question: &Q, (start, end): (NodeId, NodeId), answer: T) {
        let mut known = self.known.borrow_mut();
        let answers = known.entry(std::ptr::from_ref(question).addr()).or_default();
        let at = answers.partition_point(|known| known.start < start);
        answers.insert(at, Answer { start, end, answer });
    }
}
