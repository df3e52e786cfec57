//! What references mean: names and paths to the requests that they stand for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, nearest};
use crate::source::{Span, Spanned};
use crate::spec::{Entry, Reference, Skip, Target};

use super::imports::{Paths, lost};
use super::names::display_name;
use super::plan::Call;
use super::specs::{Place, Specs};

/// How many entries may run, or need, one another in a row.
pub(super) const DEEPEST: usize = 64;

/// How many cases may come of one reference, or be needed by the requests of one file.
pub(super) const MOST_CASES: usize = 100_000;

/// Finds requests by their names.
pub(super) struct Directory<'a> {
    specs: &'a Specs,
    paths: &'a Paths,
    /// The entries of each file by their names, once they are asked for.
    indices: Vec<Option<Index<'a>>>,
    /// Doubts about what was meant.
    pub(super) warnings: Vec<Diagnostic>,
}

type Index<'a> = HashMap<Cow<'a, str>, Vec<Place>>;

/// A request that a reference means.
pub(super) struct Referred {
    pub(super) place: Place,
    /// The entry that the reference names, which may be one that runs the request.
    pub(super) named: Place,
    pub(super) call: Arc<Call>,
}

/// Where a reference stands.
pub(super) struct Site<'a> {
    /// The entry that it is a part of.
    pub(super) place: Place,
    /// Whether the entry is left out.
    pub(super) skip: Option<&'a Spanned<Skip>>,
    /// What runs the entry itself.
    pub(super) outer: Option<Arc<Call>>,
}

impl<'a> Directory<'a> {
    pub(super) fn new(specs: &'a Specs, paths: &'a Paths) -> Self {
        let indices = specs.iter().map(|_| None).collect();
        Self { specs, paths, indices, warnings: Vec::new() }
    }

    /// The requests that a reference means; of entries that run others, those.
    pub(super) fn follow(&mut self, reference: &Reference, site: Site<'_>) -> Result<Vec<Referred>, Diagnostic> {
        self.follow_within(reference, site, &mut Vec::new())
    }

    fn follow_within(
        &mut self,
        reference: &Reference,
        site: Site<'_>,
        trail: &mut Vec<Place>,
    ) -> Result<Vec<Referred>, Diagnostic> {
        if trail.len() == DEEPEST {
            let message = format!("more than {DEEPEST} entries run one another in a row");
            return Err(Diagnostic::error(message).at(&reference.span, ""));
        }
        let places = self.places(&reference.target, site.place)?;
        trail.push(site.place);
        let call = Arc::new(Call {
            file: site.place.file,
            position: self.specs.position(site.place),
            span: reference.span.clone(),
            variables: reference.variables.clone(),
            skip: site
                .skip
                .and_then(|skip| if let Skip::Yes(reason) = &skip.value { Some(reason.clone()) } else { None }),
            outer: site.outer,
        });
        let mut found = Vec::new();
        for place in places {
            match self.specs.entry(place) {
                Entry::Run(_) if trail.contains(&place) => return Err(self.circle(trail, place, &reference.span)),
                Entry::Run(run) => {
                    let site = Site { place, skip: run.skip.as_ref(), outer: Some(Arc::clone(&call)) };
                    let inner = self.follow_within(&run.reference, site, trail)?.into_iter();
                    found.extend(inner.map(|inner| Referred { named: place, ..inner }));
                }
                Entry::Request(_) | Entry::Invalid(_) => {
                    found.push(Referred { place, named: place, call: Arc::clone(&call) });
                }
            }
            if found.len() > MOST_CASES {
                let message = format!("this stands for more than {MOST_CASES} requests");
                return Err(Diagnostic::error(message).at(&reference.span, ""));
            }
        }
        trail.pop();
        Ok(found)
    }

    fn places(&mut self, target: &Target, from: Place) -> Result<Vec<Place>, Diagnostic> {
        let file_at = |path: &Spanned<String>| {
            let known = self.paths.get(&(from.file, path.value.clone()));
            known.expect("every path of a file is looked up before its cases are planned").clone()
        };
        match target {
            Target::Request(name) => {
                let imports = self.specs.at(from.file).imports.iter().copied();
                self.named(name, std::iter::once(from.file).chain(imports).collect(), from).map(|place| vec![place])
            }
            Target::RequestOf { path, name } => {
                let file = file_at(path)?;
                self.named(name, vec![file], from).map(|place| vec![place])
            }
            Target::File(path) => Ok(self.specs.entries(file_at(path)?).map(|(place, _)| place).collect()),
        }
    }

    /// The request of a name in the first of some files that has one. What asks for it is not meant.
    fn named(&mut self, name: &Spanned<String>, files: Vec<usize>, asking: Place) -> Result<Place, Diagnostic> {
        let mut found = Vec::new();
        for &file in &files {
            let places = self.index(file).get(name.as_str()).into_iter().flatten().copied();
            found.extend(places.filter(|&place| place != asking).take(1));
        }
        match found.as_slice() {
            [] => Err(self.unknown(name, &files)),
            [only] => Ok(*only),
            [first, second, ..] => {
                let path = |place: &Place| self.specs.at(place.file).spec.source.0.path().display().to_string();
                let warning = Diagnostic::warning(format!("two files have a request of the name `{}`", name.value))
                    .at(&name.span, format!("the one of {} is meant", path(first)))
                    .note(format!("the other one stands in {}", path(second)))
                    .help(format!("write `{}#{}`, if that is meant", path(second), name.value));
                if !self.warnings.contains(&warning) {
                    self.warnings.push(warning);
                }
                Ok(*first)
            }
        }
    }

    fn index(&mut self, file: usize) -> &Index<'a> {
        let specs = self.specs;
        self.indices[file].get_or_insert_with(|| {
            let mut index = Index::new();
            let entries = specs.entries(file).filter(|(_, entry)| is_known_by_name(entry));
            entries.for_each(|(place, entry)| index.entry(display_name(entry)).or_default().push(place));
            index
        })
    }

    fn unknown(&self, name: &Spanned<String>, files: &[usize]) -> Diagnostic {
        let lost = files.iter().find_map(|&file| lost(&name.value, &self.specs.at(file).spec, &name.span));
        if let Some(error) = lost {
            return error;
        }
        let entries =
            files.iter().flat_map(|&file| self.specs.entries(file)).filter(|(_, entry)| is_known_by_name(entry));
        let known: Vec<Cow<'_, str>> = entries.map(|(_, entry)| display_name(entry)).collect();
        let mut known: Vec<&str> = known.iter().map(|name| &**name).collect();
        // Of two that are as near the first is suggested.
        known.sort_unstable();
        if known.contains(&name.value.as_str()) {
            let error = Diagnostic::error(format!("the request `{}` cannot refer to itself", name.value));
            return error.at(&name.span, "").help("name another one, or leave this out");
        }
        let error = Diagnostic::error(format!("no request is named `{}`", name.value)).at(&name.span, "");
        match nearest(&name.value, known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("import the file that it stands in, or name both: `file.http#name`"),
        }
    }

    /// The error of an entry that runs itself by way of others.
    fn circle(&self, trail: &[Place], again: Place, at: &Span) -> Diagnostic {
        let start = trail.iter().position(|&place| place == again).unwrap_or(0);
        let names = trail[start..].iter().chain([&again]).map(|&place| display_name(self.specs.entry(place)));
        let names: Vec<_> = names.collect();
        Diagnostic::error(format!("entries run one another: {}", names.join(" -> "))).at(at, "")
    }
}

/// Whether references can mean an entry. One that runs what has its own name is not meant
/// by that name: the request itself is.
fn is_known_by_name(entry: &Entry) -> bool {
    match entry {
        Entry::Request(_) => true,
        Entry::Invalid(invalid) => invalid.name.is_some(),
        Entry::Run(run) => run.name.as_deref().is_some_and(|name| name != run.reference.target.as_str()),
    }
}
