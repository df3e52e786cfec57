//! What of a file runs along with what was chosen of it: the requests whose captures or responses that takes.
//!
//! Who gives a value is told by the whole file, as it would run if all of it were chosen: the nearest request
//! above that gives something of the name, and those above that one as far as it may be left out itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::plan::{Needed, PlannedCase, Stage};
use super::supply::{Certainty, Supply, Taken};

/// A case of the whole file, and the place of the candidate that it comes of.
pub(super) type Placed = (PlannedCase, usize);

/// The candidates of a file that run, or do not, because of what was chosen: by their places.
#[derive(Debug, Default)]
pub(super) struct Company {
    /// They give something that is taken.
    pub(super) brought: BTreeSet<usize>,
    /// They come after the others, and take something that none of these gives.
    pub(super) idle: BTreeSet<usize>,
}

/// The company of the candidates that are chosen. There is a supply for each case.
pub(super) fn of(cases: &[Placed], joined: &[Arc<[usize]>], supplies: &[Supply], chosen: &[bool]) -> Company {
    let mut search = Search {
        cases,
        joined,
        supplies,
        captured: index(supplies, |supply| supply.captured.iter()),
        named: index(supplies, |supply| supply.name.iter()),
        runs: vec![false; cases.len()],
        waiting: Vec::new(),
        company: Company::default(),
    };
    search.enter_all(|(case, candidate)| chosen[*candidate] || case.stage == Stage::Setup);
    search.follow();
    search.pass_over_idle();
    search.company
}

struct Search<'a> {
    cases: &'a [Placed],
    /// Those that are needed together.
    joined: &'a [Arc<[usize]>],
    supplies: &'a [Supply],
    /// The cases that capture something under each name.
    captured: HashMap<&'a str, Vec<usize>>,
    /// The cases that have each name.
    named: HashMap<&'a str, Vec<usize>>,
    /// Which of the cases run.
    runs: Vec<bool>,
    /// Those whose suppliers are not known yet.
    waiting: Vec<usize>,
    company: Company,
}

fn index<'a, N: Iterator<Item = &'a String>>(
    supplies: &'a [Supply],
    names: impl Fn(&'a Supply) -> N,
) -> HashMap<&'a str, Vec<usize>> {
    let mut index: HashMap<&str, Vec<usize>> = HashMap::new();
    for (case, supply) in supplies.iter().enumerate() {
        names(supply).for_each(|name| index.entry(name).or_default().push(case));
    }
    index
}

impl Search<'_> {
    fn enter_all(&mut self, runs: impl Fn(&Placed) -> bool) {
        let cases = self.cases.iter().enumerate().filter(|(_, placed)| runs(placed));
        cases.map(|(case, _)| case).collect::<Vec<_>>().into_iter().for_each(|case| self.enter(case));
    }

    fn enter(&mut self, case: usize) {
        if !std::mem::replace(&mut self.runs[case], true) {
            self.waiting.push(case);
        }
    }

    /// Brings along what is taken until nothing more is.
    fn follow(&mut self) {
        while let Some(case) = self.waiting.pop() {
            self.needed(case).into_iter().for_each(|above| self.enter(above));
            for supplier in self.suppliers(case) {
                if !self.runs[supplier] {
                    let candidate = self.cases[supplier].1;
                    self.company.brought.insert(candidate);
                    self.enter_all(|(_, other)| *other == candidate);
                }
            }
        }
    }

    /// The cases above one that it says it needs.
    fn needed(&self, case: usize) -> Vec<usize> {
        let needs = self.cases[case].0.needs.iter();
        let cases = needs.flat_map(|need| match need.what {
            Needed::Here(above) => vec![above],
            Needed::Joined(place) => self.joined[place].to_vec(),
            Needed::There(_) => Vec::new(),
        });
        cases.collect()
    }

    /// The cases above one that give what it takes.
    fn suppliers(&self, case: usize) -> Vec<usize> {
        let taken = self.supplies[case].taken.iter();
        taken.flat_map(|taken| self.suppliers_of(taken, case)).collect()
    }

    fn suppliers_of(&self, taken: &Taken, case: usize) -> Vec<usize> {
        let responses = self.named.get(&*taken.name).filter(|_| taken.is_entered);
        let mut suppliers = Vec::new();
        for list in [self.captured.get(&*taken.name), responses].into_iter().flatten() {
            for &other in list.iter().rev().filter(|&&other| other < case) {
                match self.supplies[other].certainty {
                    Certainty::Never => {}
                    Certainty::Perhaps => suppliers.push(other),
                    Certainty::Sure => {
                        suppliers.push(other);
                        break;
                    }
                }
            }
        }
        suppliers
    }

    /// Leaves out what would tidy up after requests that do not run.
    fn pass_over_idle(&mut self) {
        for case in 0..self.cases.len() {
            let (planned, candidate) = &self.cases[case];
            if planned.stage != Stage::Teardown || self.runs[case] {
                continue;
            }
            let needed = self.needed(case);
            let is_missing = |other: &usize| {
                self.cases[*other].0.stage == Stage::Main && !self.runs[*other] && !needed.contains(other)
            };
            if self.suppliers(case).iter().any(is_missing) {
                self.company.idle.insert(*candidate);
            } else {
                self.enter(case);
                self.follow();
            }
        }
    }
}
