//! Reading maps by tables of the keys that they may have, collecting all that is wrong.

use crate::diagnostic::Diagnostic;
use crate::spec::Text;

use super::Field;

/// Everything that was found wrong while something was read.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Diagnostic>);

impl Problems {
    /// Adds one.
    pub(crate) fn push(&mut self, problem: Diagnostic) {
        self.0.push(problem);
    }

    /// What was read, or none after its problem has been added.
    pub(crate) fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|problem| self.push(problem)).ok()
    }

    /// All of them.
    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }

    /// All of them with those that were found before, but for those that speak of a
    /// place in which one was found: a value that could not be read is not also wrong.
    pub(super) fn besides(self, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut own = self.0;
        own.retain(|problem| !found.iter().any(|inner| holds(problem, inner)));
        found.append(&mut own);
        found
    }

    /// What was read, if nothing was wrong with it.
    pub(crate) fn into_result<T>(self, read: T) -> Result<T, Vec<Diagnostic>> {
        if self.0.is_empty() { Ok(read) } else { Err(self.0) }
    }
}

impl Extend<Diagnostic> for Problems {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, problems: I) {
        self.0.extend(problems);
    }
}

/// Whether the place of one problem lies within that of another.
fn holds(outer: &Diagnostic, inner: &Diagnostic) -> bool {
    outer.span().zip(inner.span()).is_some_and(|(outer, inner)| {
        let (outer, inner) = (outer.range(), inner.range());
        outer.start <= inner.start && inner.end <= outer.end
    })
}

/// What reads the value of a key into what the map is read into.
pub(crate) type Reader<T> = fn(&mut T, Field<'_>, &mut Problems);

/// A key that a map may have.
pub(crate) struct Key<T> {
    name: &'static str,
    read: Reader<T>,
}

/// A key and its reader, for a [`Table`].
pub(crate) const fn key<T>(name: &'static str, read: Reader<T>) -> Key<T> {
    Key { name, read }
}

/// The keys that a map may have.
pub(crate) struct Table<T: 'static>(pub(crate) &'static [Key<T>]);

impl<T> Table<T> {
    /// Reads a field, if its key is of this table.
    pub(crate) fn read(&self, target: &mut T, field: Field<'_>, problems: &mut Problems) -> bool {
        let known = self.0.iter().find(|key| key.name == field.key.value);
        if let Some(key) = known {
            (key.read)(target, field, problems);
        }
        known.is_some()
    }

    /// Reads every entry of a map that may have the keys of this table and no others.
    pub(crate) fn read_map(&self, target: &mut T, map: Field<'_>, problems: &mut Problems) {
        if let Some(entries) = problems.keep(map.entries()) {
            self.read_entries(target, entries, problems);
        }
    }

    /// As [`Table::read_map`], for a map whose entries are at hand.
    pub(crate) fn read_entries<'a>(
        &self,
        target: &mut T,
        entries: impl IntoIterator<Item = Field<'a>>,
        problems: &mut Problems,
    ) {
        for field in entries {
            if !self.read(target, field, problems) {
                problems.push(unknown_key(field.key, self.names()));
            }
        }
    }

    /// The names of the keys.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|key| key.name)
    }
}

/// A key that no table knows.
pub(crate) fn unknown_key<'a>(key: &Text, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    Diagnostic::error(format!("unknown key `{}`", key.value)).at(&key.span, "").suggest(&key.value, known)
}

/// A construct that is known, and not yet built.
pub(crate) fn not_supported(key: &Text) -> Diagnostic {
    Diagnostic::error(format!("`{}` is not supported yet", key.value)).unsupported().at(&key.span, "")
}
