//! Values held against what they were in earlier runs, which is kept in files.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use serde_json::{Map, Value as Json};

use crate::diagnostic::Diagnostic;
use crate::spec;
use crate::template::Engine;

use super::compare::read_json;
use super::explain::Explanation;
use super::json::{Comparison, Differences, Wanted};
use super::jsonpath::Path;
use super::prepared::Prepared;
use super::value::Value;
use super::{Context, Contrast, Failure};

/// What stands in the place of what may be anything.
const REDACTED: &str = "[redacted]";

/// Knows where the snapshots of a request are kept.
pub trait Snapshots: fmt::Debug {
    /// The file of a snapshot, and what it holds.
    ///
    /// # Errors
    /// Why it cannot be had: a lowercase fragment. That there is none yet is no error.
    fn find(&self, label: &Label<'_>) -> Result<Kept, String>;

    /// Takes note of a snapshot that holds what there is now.
    fn confirm(&self, kept: Kept);

    /// A text without what no file may hold.
    fn without_secrets<'t>(&self, text: &'t str) -> Cow<'t, str>;
}

/// What a snapshot is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'a> {
    /// The name that its author gave.
    Named(&'a str),
    /// What it is of.
    Of {
        /// The query and its filters.
        subject: &'a str,
        /// How the name of a file with such content ends.
        extension: &'static str,
    },
}

/// A snapshot's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it is.
    pub path: PathBuf,
    /// The path as messages show it.
    pub shown: String,
    /// What it holds; nothing where it is not there.
    pub content: Option<Vec<u8>>,
}

/// The snapshot with which a failed assertion would hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// Where it is.
    pub path: PathBuf,
    /// The path as messages show it.
    pub shown: String,
    /// What it would hold.
    pub content: Vec<u8>,
    /// Whether there is none yet.
    pub is_new: bool,
    /// The paths of what is redacted that found nothing.
    pub idle: Vec<String>,
}

impl Renewal {
    /// What whoever writes it should know: paths that redact nothing are likely misspelt.
    pub fn cautions(&self) -> impl Iterator<Item = String> {
        let caution = |path: &String| {
            format!("{} holds nothing that `{path}` finds, so that nothing is redacted by it", self.shown)
        };
        self.idle.iter().map(caution)
    }
}

/// A compiled snapshot.
#[derive(Debug)]
pub(super) struct Snapshot {
    name: Option<Prepared<String>>,
    /// Paths, and how they are written.
    redacted: Vec<(Prepared<Path>, String)>,
}

/// A value as it is kept.
enum Content {
    Json(Json),
    Text(String),
    Bytes(Vec<u8>),
}

impl Snapshot {
    pub(super) fn compile(engine: &Engine, snapshot: &spec::Snapshot) -> Result<Self, Diagnostic> {
        let name = snapshot.name.as_ref().map(|name| Prepared::compile(engine, name));
        let redacted = snapshot.redacted.iter().map(|path| Ok((Prepared::compile(engine, path)?, path.value.clone())));
        Ok(Self { name: name.transpose()?, redacted: redacted.collect::<Result<_, Diagnostic>>()? })
    }

    /// Holds a value against what is kept of it.
    ///
    /// # Errors
    /// How it differs, or why it cannot be told.
    pub(super) fn check(
        &self,
        actual: &Value<'_>,
        explain: Explanation<'_>,
        context: Context<'_>,
    ) -> Result<(), Failure> {
        let snapshots = context.snapshots.ok_or_else(|| Failure::new("no snapshot can be kept of what comes here"))?;
        let (content, idle) = self.content(actual, explain, context)?;
        let content = content.without_secrets(snapshots);
        let name = self.name.as_ref().map(|name| name.get(context.scope)).transpose()?;
        let label = match &name {
            Some(name) => Label::Named(name),
            None => Label::Of { subject: explain.subject, extension: content.extension() },
        };
        let kept = snapshots.find(&label).map_err(Failure::new)?;
        let failure = match &kept.content {
            Some(before) => content.difference(before, explain, &kept.shown),
            None => Some(content.missing(explain, &kept.shown)),
        };
        match failure {
            Some(failure) => Err(content.renewing(kept, idle, failure)),
            None => {
                snapshots.confirm(kept);
                Ok(())
            }
        }
    }

    /// What is kept of a value, and the paths that were to redact some of it and found nothing. A text
    /// that is an object or a list of JSON is that: so most bodies are.
    fn content(
        &self,
        actual: &Value<'_>,
        explain: Explanation<'_>,
        context: Context<'_>,
    ) -> Result<(Content, Vec<String>), Failure> {
        let content = match actual.alone() {
            Value::Bytes(bytes) => Content::Bytes(bytes.to_vec()),
            Value::Raw(text) => match read_json(text) {
                Ok(json @ (Json::Object(_) | Json::Array(_))) => Content::Json(json),
                _ => Content::Text(text.clone().into_owned()),
            },
            other => Content::Json(other.clone().into_json()),
        };
        match content {
            Content::Json(json) => self.redact(json, context),
            _ if !self.redacted.is_empty() => Err(explain.wrong_kind(actual, "be redacted by JSONPaths")),
            other => Ok((other, Vec::new())),
        }
    }

    fn redact(&self, json: Json, context: Context<'_>) -> Result<(Content, Vec<String>), Failure> {
        let (mut nodes, mut idle) = (HashSet::<*const Json>::new(), Vec::new());
        for (path, written) in &self.redacted {
            let found = path.get(context.scope)?.select(&json);
            let found =
                found.ok_or_else(|| Failure::new("a path that is redacted goes through the value too often"))?;
            if found.is_empty() {
                idle.push(written.clone());
            }
            nodes.extend(found.into_iter().map(std::ptr::from_ref));
        }
        let json = if nodes.is_empty() { json } else { without(&json, &nodes) };
        Ok((Content::Json(json), idle))
    }
}

/// A copy of a value with something else in the place of some of its nodes.
fn without(json: &Json, nodes: &HashSet<*const Json>) -> Json {
    if nodes.contains(&std::ptr::from_ref(json)) {
        return REDACTED.into();
    }
    match json {
        Json::Array(elements) => elements.iter().map(|element| without(element, nodes)).collect(),
        Json::Object(members) => members.iter().map(|(name, member)| (name.clone(), without(member, nodes))).collect(),
        scalar => scalar.clone(),
    }
}

impl Content {
    fn extension(&self) -> &'static str {
        match self {
            Self::Json(_) => "json",
            Self::Text(_) => "txt",
            Self::Bytes(_) => "bin",
        }
    }

    fn without_secrets(self, snapshots: &dyn Snapshots) -> Self {
        match self {
            Self::Json(mut json) => {
                hide(&mut json, snapshots);
                Self::Json(json)
            }
            Self::Text(text) => Self::Text(snapshots.without_secrets(&text).into_owned()),
            Self::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Self::Bytes(snapshots.without_secrets(&text).into_owned().into_bytes()),
                Err(error) => Self::Bytes(error.into_bytes()),
            },
        }
    }

    /// What its file holds.
    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Json(json) => format!("{json:#}\n").into_bytes(),
            Self::Text(text) => text.clone().into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// How it differs from what is kept.
    fn difference(&self, before: &[u8], explain: Explanation<'_>, shown: &str) -> Option<Failure> {
        match self {
            Self::Json(json) => json_difference(json, before, explain, shown),
            Self::Text(text) => text_difference(text, &String::from_utf8_lossy(before), explain, shown),
            Self::Bytes(bytes) => bytes_difference(bytes, before, explain, shown),
        }
    }

    fn missing(&self, explain: Explanation<'_>, shown: &str) -> Failure {
        let actual = self.as_value().excerpt();
        let message = format!("{} has no snapshot yet: there is no file {shown}", explain.subject());
        Failure { actual, ..Failure::new(message) }
    }

    fn as_value(&self) -> Value<'_> {
        match self {
            Self::Json(json) => Value::Json(Cow::Borrowed(json)),
            Self::Text(text) => Value::raw(text.as_str()),
            Self::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
        }
    }

    /// A failure that says what it would be to accept what there is now.
    fn renewing(&self, kept: Kept, idle: Vec<String>, mut failure: Failure) -> Failure {
        let is_new = kept.content.is_none();
        let verb = if is_new { "writes it" } else { "writes what there is now" };
        failure.notes.push(format!("`--update-snapshots` {verb}, and `--review` asks first"));
        let renewal = Renewal { path: kept.path, shown: kept.shown, content: self.to_bytes(), is_new, idle };
        Failure { renewal: Some(Box::new(renewal)), ..failure }
    }
}

/// Takes secrets out of the scalars of a value and the names of its members: of the text alone it
/// might not be JSON any more.
fn hide(json: &mut Json, snapshots: &dyn Snapshots) {
    match json {
        Json::Array(elements) => elements.iter_mut().for_each(|element| hide(element, snapshots)),
        Json::Object(members) => {
            for (name, mut member) in std::mem::take(members) {
                hide(&mut member, snapshots);
                members.insert(hidden_name(&name, members, snapshots), member);
            }
        }
        Json::String(text) => {
            if let Cow::Owned(hidden) = snapshots.without_secrets(text) {
                *text = hidden;
            }
        }
        Json::Number(number) => {
            if let Cow::Owned(hidden) = snapshots.without_secrets(&number.to_string()) {
                *json = hidden.into();
            }
        }
        Json::Null | Json::Bool(_) => {}
    }
}

/// The name of a member without secrets, numbered where another one has it: no member may be lost.
fn hidden_name(name: &str, others: &Map<String, Json>, snapshots: &dyn Snapshots) -> String {
    let name = snapshots.without_secrets(name);
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    std::iter::once(name.to_string()).chain(numbered).find(|name| !others.contains_key(name)).unwrap_or_default()
}

fn json_difference(json: &Json, before: &[u8], explain: Explanation<'_>, shown: &str) -> Option<Failure> {
    let actual = Value::Json(Cow::Borrowed(json)).full();
    let before: Json = match serde_json::from_slice(before) {
        Ok(before) => before,
        Err(error) => {
            let message = format!("{} is JSON, and what {shown} holds is not: {error}", explain.subject());
            return Some(Failure { actual, ..Failure::new(message) });
        }
    };
    let expected = Value::Json(Cow::Borrowed(&before)).full();
    let differences = Differences::between(&Comparison::whole(), json, &Wanted::from(before));
    let message = format!("{} is not as in {shown}: {}", explain.subject(), differences.first()?);
    Some(Failure { actual, expected, contrast: Contrast::Differences(differences.into()), ..Failure::new(message) })
}

/// A checkout may have changed the ends of lines.
fn text_difference(text: &str, before: &str, explain: Explanation<'_>, shown: &str) -> Option<Failure> {
    if text == before || !text.contains('\r') && text == before.replace("\r\n", "\n") {
        return None;
    }
    let [actual, expected] = [text, before].map(str::to_owned);
    let message = format!("{} is not as in {shown}", explain.subject());
    Some(Failure { actual, expected, contrast: Contrast::Difference, ..Failure::new(message) })
}

fn bytes_difference(bytes: &[u8], before: &[u8], explain: Explanation<'_>, shown: &str) -> Option<Failure> {
    if bytes == before {
        return None;
    }
    let same = bytes.iter().zip(before).take_while(|(actual, expected)| actual == expected).count();
    let [actual, expected] = [bytes, before].map(|bytes| Value::Bytes(Cow::Borrowed(bytes)).excerpt());
    let lengths = if bytes.len() == before.len() {
        format!("{} bytes", bytes.len())
    } else {
        format!("{} bytes, not {}", bytes.len(), before.len())
    };
    let message = format!("{} is not as in {shown}: {lengths}, alike up to byte {same}", explain.subject());
    Some(Failure { actual, expected, ..Failure::new(message) })
}
