//! A file together with those whose requests run in it, and the places of their requests.

use std::sync::Arc;

use crate::spec::{Entry, Invalid, Request, Spec};

use super::plan::{Call, PlannedCase, Stage, Work};

/// A file, and the others whose requests run with its own.
#[derive(Clone, Debug)]
pub(super) struct Specs(Arc<[KnownSpec]>);

/// One of them.
#[derive(Debug)]
pub(super) struct KnownSpec {
    pub(super) spec: Arc<Spec>,
    /// The places of the files whose requests and variables it knows too, the nearest first.
    pub(super) imports: Vec<usize>,
}

/// The place of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// Its file's place among the [`Specs`].
    pub(super) file: usize,
    /// The list of the file that it stands in.
    pub(super) list: Stage,
    /// Its place in that list.
    pub(super) index: usize,
}

/// A request that a case runs.
#[derive(Clone, Copy)]
pub(super) struct Requested<'a> {
    pub(super) request: &'a Request,
    pub(super) place: Place,
    /// What runs it, where that is not its own file.
    pub(super) call: Option<&'a Call>,
}

impl Specs {
    /// Some files, the one that is run first.
    pub(super) fn new(files: Vec<KnownSpec>) -> Self {
        Self(files.into())
    }

    /// The file that is run.
    pub(super) fn own(&self) -> &Spec {
        &self.0[0].spec
    }

    /// All of them, the one that is run first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &KnownSpec> {
        self.0.iter()
    }

    /// The file at a place.
    pub(super) fn at(&self, file: usize) -> &KnownSpec {
        &self.0[file]
    }

    /// The entries of a file, in the order in which they run.
    pub(super) fn entries(&self, file: usize) -> impl Iterator<Item = (Place, &Entry)> {
        let spec = &self.0[file].spec;
        let lists = [(Stage::Setup, &spec.setup), (Stage::Main, &spec.requests), (Stage::Teardown, &spec.teardown)];
        lists.into_iter().flat_map(move |(list, entries)| {
            entries.iter().enumerate().map(move |(index, entry)| (Place { file, list, index }, entry))
        })
    }

    /// What the author wrote at a place.
    pub(super) fn entry(&self, place: Place) -> &Entry {
        let spec = &self.0[place.file].spec;
        match place.list {
            Stage::Setup => &spec.setup[place.index],
            Stage::Main => &spec.requests[place.index],
            Stage::Teardown => &spec.teardown[place.index],
        }
    }

    /// The request that a case runs, or what is wrong.
    pub(super) fn request<'a>(&'a self, case: &'a PlannedCase) -> Result<Requested<'a>, &'a Invalid> {
        let (place, call) = match &case.work {
            Work::Invalid(invalid) => return Err(invalid),
            Work::Request { place, call } => (*place, call.as_deref()),
        };
        match self.entry(place) {
            Entry::Request(request) => Ok(Requested { request, place, call }),
            Entry::Invalid(invalid) => Err(invalid),
            Entry::Run(_) => unreachable!("what runs others is no case itself"),
        }
    }

    /// How many requests of its file stand above a place.
    pub(super) fn position(&self, place: Place) -> usize {
        let spec = &self.0[place.file].spec;
        let above = match place.list {
            Stage::Setup => 0,
            Stage::Main => spec.setup.len(),
            Stage::Teardown => spec.setup.len() + spec.requests.len(),
        };
        above + place.index
    }
}
