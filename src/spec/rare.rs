//! Parts that most requests do without.

use std::fmt;
use std::ops::Deref;

/// A part of a request that takes no room where it says nothing: a run holds all of its
/// requests at once. Dereferences to the part.
pub struct Rare<T>(Option<Box<T>>);

/// A part that can say nothing.
pub trait Silent: PartialEq + 'static {
    /// The part that says nothing.
    const SILENT: &'static Self;
}

impl<T> Rare<T> {
    /// The part, if it says anything.
    pub fn said_mut(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }
}

impl<T: Silent> From<T> for Rare<T> {
    fn from(part: T) -> Self {
        Self((part != *T::SILENT).then(|| Box::new(part)))
    }
}

impl<T: Silent> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::SILENT)
    }
}

impl<T: Clone> Clone for Rare<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: PartialEq> PartialEq for Rare<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Silent + fmt::Debug> fmt::Debug for Rare<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
