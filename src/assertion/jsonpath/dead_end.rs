//! Why a path finds nothing: which segment stopped matching, and what there was.

use serde_json::Value;

use crate::assertion::value::{brief_json, excerpt};
use crate::diagnostic::nearest;

use super::evaluate::{Evaluation, descendants};
use super::plan::{Selector, Step, Steps};

/// The most characters of a path, and of names, that are told.
const LONGEST: usize = 120;

/// The most names that are told.
const MOST_NAMES: usize = 20;

/// The most nodes whose members are looked at for a name that was meant.
const MOST_NODES: usize = 10_000;

/// Why a path finds nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DeadEnd {
    /// `$.user has no member "nmae"`
    pub(crate) reason: String,
    /// What there is instead: ``it has id, name; did you mean `name`?``
    pub(crate) note: Option<String>,
}

/// The segment of a path that finds nothing in what those before it found.
pub(super) fn dead_end(steps: &Steps, document: &Value) -> Option<DeadEnd> {
    let evaluation = Evaluation::new(document);
    let (mut nodes, mut way) = (vec![document], String::from("$"));
    for step in &steps.0 {
        let found = evaluation.step(step, &nodes);
        if evaluation.is_exhausted() {
            return None;
        }
        if found.is_empty() {
            return Some(Place { way: excerpt(&way, LONGEST), nodes: &nodes }.dead_end(step));
        }
        nodes = found;
        way += &step.to_string();
    }
    None
}

/// Nodes in which a segment finds nothing, and the path to them.
struct Place<'a> {
    way: String,
    nodes: &'a [&'a Value],
}

impl Place<'_> {
    fn dead_end(&self, step: &Step) -> DeadEnd {
        match (step.selectors.as_slice(), step.descends) {
            ([Selector::Name(name)], true) => self.no_descendant(name),
            ([Selector::Name(name)], false) => self.no_member(name),
            ([Selector::Index(index)], false) => self.no_element(&format!("element {index}")),
            ([Selector::Slice { .. }], false) => self.no_element(&format!("elements {step}")),
            ([Selector::Filter(_)], false) => self.unmet(),
            _ => self.nothing(step),
        }
    }

    fn no_member(&self, name: &str) -> DeadEnd {
        let wanted = format!("member {}", brief_json(&name.into()));
        match self.nodes {
            [Value::Object(_)] => {
                DeadEnd { reason: format!("{} has no {wanted}", self.way), note: Some(self.names(name)) }
            }
            [only] => self.unable(only, "members"),
            nodes => {
                let reason = format!("none of the {} nodes of {} has a {wanted}", nodes.len(), self.way);
                DeadEnd { reason, note: Some(self.names(name)) }
            }
        }
    }

    fn no_element(&self, wanted: &str) -> DeadEnd {
        match self.nodes {
            [Value::Array(elements)] => {
                let note = match elements.len() {
                    0 => "it is an empty list".to_owned(),
                    1 => "it has 1 element".to_owned(),
                    count => format!("it has {count} elements"),
                };
                DeadEnd { reason: format!("{} has no {wanted}", self.way), note: Some(note) }
            }
            [only] => self.unable(only, "elements"),
            nodes => {
                let reason = format!("none of the {} nodes of {} has {wanted}", nodes.len(), self.way);
                DeadEnd { reason, note: None }
            }
        }
    }

    fn unmet(&self) -> DeadEnd {
        let children: usize = self.nodes.iter().map(|node| length(node)).sum();
        match (self.nodes, children) {
            ([only], _) if !is_structure(only) => self.unable(only, "elements"),
            (_, 0) => DeadEnd { reason: format!("{} is empty", self.way), note: None },
            (_, 1) => {
                DeadEnd { reason: format!("the only element of {} does not meet the condition", self.way), note: None }
            }
            (_, count) => {
                let reason = format!("none of the {count} elements of {} meets the condition", self.way);
                DeadEnd { reason, note: None }
            }
        }
    }

    fn nothing(&self, step: &Step) -> DeadEnd {
        match self.nodes {
            [only] if !is_structure(only) => self.unable(only, "members"),
            [only] if length(only) == 0 => DeadEnd { reason: format!("{} is empty", self.way), note: None },
            _ => DeadEnd { reason: format!("{step} finds nothing in {}", self.way), note: None },
        }
    }

    fn no_descendant(&self, name: &str) -> DeadEnd {
        let reason = format!("nothing in {} has a member {}, at any depth", self.way, brief_json(&name.into()));
        let nodes = self.nodes.iter().flat_map(|node| descendants(node)).take(MOST_NODES);
        let names = nodes.filter_map(Value::as_object).flat_map(|members| members.keys());
        DeadEnd { reason, note: nearest(name, names.map(String::as_str)).map(meant) }
    }

    /// A node of a type in which the segment can find nothing.
    fn unable(&self, node: &Value, wanted: &str) -> DeadEnd {
        let what = match node {
            Value::Object(_) => "an object".to_owned(),
            Value::Array(elements) => format!("a list of {}", elements.len()),
            other => brief_json(other),
        };
        let note = match node {
            Value::Array(elements) if !elements.is_empty() => {
                Some(format!("{}[*] is each of its elements, and {0}[0] the first", self.way))
            }
            _ => None,
        };
        DeadEnd { reason: format!("{} is {what}, which has no {wanted}", self.way), note }
    }

    /// The names that there are, and the one that was likely meant.
    fn names(&self, unknown: &str) -> String {
        let mut names: Vec<&str> = Vec::new();
        for name in self.member_names() {
            if names.len() < MOST_NAMES && !names.contains(&name) {
                names.push(name);
            }
        }
        let there = match (self.nodes.len(), names.is_empty()) {
            (1, true) => "it is an empty object".to_owned(),
            (1, false) => format!("it has {}", excerpt(&names.join(", "), LONGEST)),
            (_, true) => "they have no members".to_owned(),
            (_, false) => format!("they have {}", excerpt(&names.join(", "), LONGEST)),
        };
        match nearest(unknown, self.member_names()) {
            Some(name) => format!("{there}; {}", meant(name)),
            None => there,
        }
    }

    fn member_names(&self) -> impl Iterator<Item = &str> {
        let objects = self.nodes.iter().take(MOST_NODES).filter_map(|node| node.as_object());
        objects.flat_map(|members| members.keys().map(String::as_str))
    }
}

fn meant(name: &str) -> String {
    format!("did you mean `{name}`?")
}

fn is_structure(node: &Value) -> bool {
    node.is_array() || node.is_object()
}

fn length(node: &Value) -> usize {
    match node {
        Value::Array(elements) => elements.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::assertion::jsonpath::Path;

    #[test]
    fn tells_the_segment_that_stopped_matching_and_what_was_there() {
        let document = json!({
            "user": {"id": 7, "name": "Ada", "roles": []},
            "items": [{"id": 1, "price": 2}, {"id": 2, "note": {"text": "x"}}], "none": {},
        });
        for (path, reason, note) in [
            ("$.user.nmae", "$.user has no member \"nmae\"", "it has id, name, roles; did you mean `name`?"),
            ("$.user.nmae.first", "$.user has no member \"nmae\"", "it has id, name, roles; did you mean `name`?"),
            ("$['a b'].c", "$ has no member \"a b\"", "it has user, items, none"),
            ("$.none.id", "$.none has no member \"id\"", "it is an empty object"),
            ("$.user.name.first", "$.user.name is \"Ada\", which has no members", ""),
            (
                "$.items.id",
                "$.items is a list of 2, which has no members",
                "$.items[*] is each of its elements, and $.items[0] the first",
            ),
            ("$.items[5].id", "$.items has no element 5", "it has 2 elements"),
            ("$.items[-3]", "$.items has no element -3", "it has 2 elements"),
            ("$.user.roles[0]", "$.user.roles has no element 0", "it is an empty list"),
            ("$.user[0]", "$.user is an object, which has no elements", ""),
            ("$.items[2:4]", "$.items has no elements [2:4]", "it has 2 elements"),
            ("$.items[*].nane", "none of the 2 nodes of $.items[*] has a member \"nane\"", "they have id, price, note"),
            (
                "$.items[*].prise",
                "none of the 2 nodes of $.items[*] has a member \"prise\"",
                "they have id, price, note; did you mean `price`?",
            ),
            ("$.items[*].note.txet", "$.items[*].note has no member \"txet\"", "it has text; did you mean `text`?"),
            ("$.items[?@.id > 5].id", "none of the 2 elements of $.items meets the condition", ""),
            ("$.user.roles[?@ == 'admin']", "$.user.roles is empty", ""),
            ("$.user.roles[*]", "$.user.roles is empty", ""),
            ("$..txt", "nothing in $ has a member \"txt\", at any depth", "did you mean `text`?"),
            ("$.items[0]['a','b']", "[\"a\",\"b\"] finds nothing in $.items[0]", ""),
            ("$.items..[7]", "..[7] finds nothing in $.items", ""),
        ] {
            let found = Path::compile(path).unwrap().dead_end(&document).unwrap();
            assert_eq!((found.reason.as_str(), found.note.as_deref().unwrap_or_default()), (reason, note), "{path}");
        }
        for path in ["$", "$.user.name", "$..id", "$.user.roles"] {
            assert_eq!(Path::compile(path).unwrap().dead_end(&document), None, "{path}");
        }
    }
}
