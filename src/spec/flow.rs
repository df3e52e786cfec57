//! Whether, when and how often a request runs.

use std::time::Duration;

use crate::source::{Span, Spanned};

use super::{Assertion, Capture, Silent, Text, Value};

/// How often one request or one run may be repeated: each time is a case of its own.
pub const MOST_REPEATS: u32 = 10_000;

/// How often a request may be repeated while something holds.
pub const MOST_WHILE: u32 = 1_000;

/// The variable that holds the item of a list where none is named.
pub const ITEM: &str = "item";

/// Whether, when and how often a request runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// Whether it is left out.
    pub skip: Option<Spanned<Skip>>,
    /// What must hold, or it is left out; none where it runs whatever the defaults ask for.
    pub conditions: Option<Vec<Condition>>,
    /// How it is tried again after a failure.
    pub retry: Option<Spanned<Retry>>,
    /// How long it waits after the request before it has ended.
    pub delay: Option<Spanned<Duration>>,
    /// How long it waits before it is sent.
    pub pause: Option<Spanned<Pause>>,
    /// Not more often than this, together with others of the run.
    pub rate_limit: Option<Spanned<RateLimit>>,
    /// How often, each time its own case; once where nothing is said.
    pub repetition: Option<Spanned<Repetition>>,
}

/// Whether a request is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// It runs, whatever the defaults say.
    No,
    /// It does not run, with the reason, which may be empty.
    Yes(String),
}

/// What must hold, or not hold, for a request to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is asked.
    pub expression: Expression,
    /// What the answer must be.
    pub expected: bool,
}

/// What is worked out to decide something: an expression without braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression(pub Text);

/// How often and how quickly a request is tried again.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// How many times at most, after the first.
    pub times: Option<u32>,
    /// The time between the first two attempts.
    pub delay: Duration,
    /// How many times longer each of these times is than the one before: 1 or more.
    pub backoff: f64,
    /// The longest of these times.
    pub max: Option<Duration>,
    /// How long after the first attempt has begun another one may begin.
    pub time: Option<Duration>,
    /// What is waited for; without it, that nothing fails.
    pub until: Option<Box<Assertion>>,
}

impl Retry {
    /// So many times, at once.
    pub const fn times(times: u32) -> Self {
        Self { times: Some(times), delay: Duration::ZERO, backoff: 1.0, max: None, time: None, until: None }
    }

    /// The time to wait after so many attempts.
    pub fn delay_after(&self, made: usize) -> Duration {
        let growth = self.backoff.powi(i32::try_from(made.saturating_sub(1)).unwrap_or(i32::MAX));
        let delay = match growth {
            1.0 => self.delay,
            _ => Duration::try_from_secs_f64(self.delay.as_secs_f64() * growth).unwrap_or(Duration::MAX),
        };
        self.max.map_or(delay, |max| delay.min(max))
    }
}

/// A time to wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Pause {
    /// This time.
    Fixed(Duration),
    /// What an expression gives: a time with its unit, or a number of milliseconds in
    /// `.http`, of seconds in YAML.
    Computed(Expression),
}

/// How often requests of a slot are sent, whichever file they are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// What the requests have in common that wait for one another.
    pub slot: String,
    /// The least time from one to the next.
    pub min_idle_time: Duration,
    /// How many of them there are at most within a time.
    pub most: Option<(u32, Duration)>,
}

impl RateLimit {
    /// The slot of requests that name none.
    pub const SLOT: &str = "default";

    /// A limit; nothing, where there is but one of `max` and `expire`. No number, or none within a
    /// time, limits nothing.
    pub fn new(
        slot: Option<String>,
        min_idle_time: Option<Duration>,
        max: Option<u32>,
        expire: Option<Duration>,
    ) -> Option<Self> {
        let most = match (max, expire) {
            (Some(max), Some(expire)) => Some((max, expire)).filter(|_| max > 0 && !expire.is_zero()),
            (None, None) => None,
            _ => return None,
        };
        let slot = slot.unwrap_or_else(|| Self::SLOT.to_owned());
        Some(Self { slot, min_idle_time: min_idle_time.unwrap_or_default(), most })
    }
}

/// How often a request runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Repetition {
    /// So many times: from 1 to [`MOST_REPEATS`].
    Times(u32),
    /// Once for each row of a table, which has at least one.
    Rows(Vec<Row>),
    /// Once for each combination of the values of some variables: each row is one.
    Matrix(Vec<Row>),
    /// Once for each row of a file, relative to the spec file.
    Table(Text),
    /// Once for each item of a list that is worked out when its turn has come.
    Items {
        /// The variable that holds the item. Without one, it is `item`, and the
        /// members of an item that is a map are variables too.
        name: Option<Spanned<String>>,
        /// The list.
        list: Expression,
    },
    /// As long as this holds, but no more often than [`MOST_WHILE`] times.
    While(Expression),
    /// Again for what the last response leads to, but no more often than [`MOST_WHILE`] times.
    Pages(Leads),
}

/// What leads from a page to the next one.
#[derive(Clone, Debug, PartialEq)]
pub enum Leads {
    /// The link of this relation in the response's header (RFC 8288).
    Link(Spanned<String>),
    /// The URL that a query finds.
    Query(Box<Capture>),
    /// The value that a query finds for a parameter of the page's own URL.
    Cursor {
        /// What finds it.
        query: Box<Capture>,
        /// The name of the parameter.
        parameter: String,
    },
}

impl Leads {
    /// What is asked of a page.
    pub fn query(&self) -> Option<&Capture> {
        match self {
            Self::Link(_) => None,
            Self::Query(query) | Self::Cursor { query, .. } => Some(query),
        }
    }

    /// Where it is written.
    pub fn span(&self) -> &Span {
        match self {
            Self::Link(relation) => &relation.span,
            Self::Query(query) | Self::Cursor { query, .. } => &query.span,
        }
    }
}

/// Variables of one time that a request runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where it stands.
    pub span: Span,
    /// Names and values.
    pub cells: Vec<(Spanned<String>, Cell)>,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// One that stands in the spec, and may hold templates.
    Written(Value),
    /// One of a file of data, in which nothing is a template.
    Data(serde_json::Value),
}

impl Silent for Flow {
    const SILENT: &'static Self = &Self {
        skip: None,
        conditions: None,
        retry: None,
        delay: None,
        pause: None,
        rate_limit: None,
        repetition: None,
    };
}

impl Flow {
    /// The expressions that decide whether, when and how often the request runs.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let conditions = self.conditions.iter().flatten().map(|condition| &condition.expression);
        let pause = self.pause.as_deref().and_then(|pause| match pause {
            Pause::Fixed(_) => None,
            Pause::Computed(expression) => Some(expression),
        });
        let looped = self.repetition.as_deref().and_then(|repetition| match repetition {
            Repetition::Items { list: expression, .. } | Repetition::While(expression) => Some(expression),
            Repetition::Times(_)
            | Repetition::Rows(_)
            | Repetition::Matrix(_)
            | Repetition::Table(_)
            | Repetition::Pages(_) => None,
        });
        conditions.chain(pause).chain(looped)
    }

    /// This flow, and that of the level above where this one is silent.
    #[must_use]
    pub fn or(&self, above: &Self) -> Self {
        macro_rules! nearest {
            ($($field:ident),* $(,)?) => {
                Self { $($field: self.$field.clone().or_else(|| above.$field.clone())),* }
            };
        }
        nearest!(skip, conditions, retry, delay, pause, rate_limit, repetition)
    }
}
