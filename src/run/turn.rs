//! The times that one request runs, and the names that reports know them by.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value as Json};

use crate::diagnostic::Diagnostic;
use crate::event::CaseOutline;
use crate::spec::{Cell, ITEM, MOST_REPEATS, Node, Repetition, Row};
use crate::template::{CompiledValue, Iteration, Scope};

use super::names::Names;

/// The longest value that a name shows.
const LONGEST: usize = 40;

/// The most columns that a name shows.
const MOST_COLUMNS: usize = 3;

/// What the names of columns hold whose values no name shows.
const PRIVATE: &[&str] = &["pass", "secret", "token", "key", "auth", "pin"];

/// Which of the times that its request runs a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The only one.
    Only,
    /// One of several that were counted before the run, from 0.
    Counted(usize),
    /// All of them: how many there are shows when the first is due.
    All,
}

/// The turns of a request that are known before the run, each with its name.
pub(super) fn planned(repetition: Option<&Repetition>, name: &str) -> Vec<(Turn, String)> {
    let counted =
        |names: Vec<String>| names.into_iter().enumerate().map(|(index, name)| (Turn::Counted(index), name)).collect();
    let of_rows = |rows: &[Row], label: fn(&Row) -> Option<String>| {
        let labels = labels(rows.iter().map(label).collect());
        counted(titles(name, rows.iter().map(|row| |column: &str| column_name(row, column)).zip(labels)))
    };
    match repetition {
        None => vec![(Turn::Only, name.to_owned())],
        Some(Repetition::Times(1)) => vec![(Turn::Counted(0), name.to_owned())],
        Some(Repetition::Times(times)) => {
            let labels = labels(vec![None; *times as usize]).into_iter();
            counted(labels.map(|label| format!("{name}{label}")).collect())
        }
        Some(Repetition::Rows(rows)) => of_rows(rows, written_name),
        Some(Repetition::Matrix(rows)) => of_rows(rows, all_values),
        Some(Repetition::Items { .. } | Repetition::While(_) | Repetition::Pages(_) | Repetition::Table(_)) => {
            vec![(Turn::All, name.to_owned())]
        }
    }
}

/// The variables of a row.
///
/// # Errors
/// If a value cannot be worked out.
pub(super) fn variables(row: &Row, scope: &Scope<'_>) -> Result<Vec<(String, Json)>, Diagnostic> {
    let value = |cell: &Cell| match cell {
        Cell::Written(value) => CompiledValue::compile(value, scope.rules())?.evaluate(scope),
        Cell::Data(value) => Ok(value.clone()),
    };
    row.cells.iter().map(|(name, cell)| Ok((name.value.clone(), value(cell)?))).collect()
}

/// The turns over a list, each with what its name says more.
///
/// # Errors
/// If it is no list, or too long: a lowercase fragment.
pub(super) fn over(list: Json, name: Option<&str>) -> Result<Vec<(Iteration, String)>, String> {
    let items = match list {
        Json::Array(items) => items,
        // A captured body, or a variable from the command line.
        Json::String(text) => serde_json::from_str(&text).map_err(|_| not_a_list("a text"))?,
        Json::Null => return Err(not_a_list("null")),
        Json::Bool(_) => return Err(not_a_list("true or false")),
        Json::Number(_) => return Err(not_a_list("a number")),
        Json::Object(_) => return Err(not_a_list("a map")),
    };
    if items.len() > MOST_REPEATS as usize {
        return Err(format!("the list has {} items, and a loop goes over {MOST_REPEATS} at most", items.len()));
    }
    let labels = labels(items.iter().map(turn_name).collect());
    let count = Some(items.len());
    // A named item has members, and no variables for them.
    let columns = if name.is_none() { columns(&items) } else { BTreeSet::new() };
    let iteration = |(index, item)| Iteration {
        index,
        count,
        lacking: lacking(&item, &columns),
        variables: variables_of(item, name),
        over_collections: false,
    };
    Ok(items.into_iter().enumerate().map(iteration).zip(labels).collect())
}

/// The names of the members of all items.
fn columns(items: &[Json]) -> BTreeSet<String> {
    let mut columns = BTreeSet::new();
    for name in items.iter().filter_map(Json::as_object).flat_map(Map::keys) {
        if !columns.contains(name) {
            columns.insert(name.clone());
        }
    }
    columns
}

/// The names that an item lacks.
fn lacking(item: &Json, columns: &BTreeSet<String>) -> Vec<String> {
    match item.as_object() {
        Some(members) if members.len() == columns.len() => Vec::new(),
        members => {
            let has = |name: &str| members.is_some_and(|members| members.contains_key(name));
            columns.iter().filter(|name| !has(name)).cloned().collect()
        }
    }
}

fn not_a_list(found: &str) -> String {
    format!("a loop goes over a list, and this is {found}")
}

fn variables_of(item: Json, name: Option<&str>) -> Vec<(String, Json)> {
    let own = (name.unwrap_or(ITEM).to_owned(), item);
    match &own.1 {
        Json::Object(members) if name.is_none() => {
            let members: Vec<_> = members.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            std::iter::once(own).chain(members).collect()
        }
        _ => vec![own],
    }
}

/// The turns over what a reference to a collection has found.
pub(super) fn over_collection(values: &[Json]) -> Vec<(Iteration, String)> {
    let labels = labels(values.iter().map(turn_name).collect());
    let iteration = |index| Iteration { index, over_collections: true, ..Iteration::default() };
    (0..values.len()).map(iteration).zip(labels).collect()
}

/// ` [ada]` for what has a name, ` [2 of 3]` for the others; each once.
fn labels(names: Vec<Option<String>>) -> Vec<String> {
    let count = names.len();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let label = |(index, name): (usize, Option<String>)| {
        let label = name.map_or_else(|| format!(" [{} of {count}]", index + 1), |name| format!(" [{name}]"));
        let times = seen.entry(label.clone()).or_default();
        *times += 1;
        if *times == 1 { label } else { format!("{label} ({times})") }
    };
    names.into_iter().enumerate().map(label).collect()
}

/// The outlines of turns that were counted in the run.
pub(super) fn outlines(outline: &CaseOutline, turns: &[(Iteration, String)]) -> Vec<CaseOutline> {
    let value = |iteration: &Iteration, name: &str| {
        let found = iteration.variables.iter().find(|(known, _)| known == name)?;
        item_name(&found.1).filter(|_| !found.1.is_object())
    };
    let values = turns.iter().map(|(iteration, label)| (|name: &str| value(iteration, name), label.clone()));
    titles(&outline.name, values).into_iter().map(|name| CaseOutline { name, ..outline.clone() }).collect()
}

/// The outline of one of the turns of which nobody knows how many there are.
pub(super) fn outline(outline: &CaseOutline, index: usize) -> CaseOutline {
    CaseOutline { name: format!("{} [{}]", outline.name, index + 1), ..outline.clone() }
}

/// The names of turns: that of their request with its `{{ column }}` filled in, or else with
/// their labels; each once.
fn titles<V: Fn(&str) -> Option<String>>(name: &str, turns: impl Iterator<Item = (V, String)>) -> Vec<String> {
    let mut names = Names::default();
    let title = |(value, label): (V, String)| match filled(name, value) {
        Some(title) => names.unique(title),
        None => format!("{name}{label}"),
    };
    turns.map(title).collect()
}

/// A name with its templates filled in; none if it has no templates, or others than such of variables.
fn filled(name: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut parts = name.split("{{");
    let mut title = parts.next().filter(|start| start.len() < name.len())?.to_owned();
    for part in parts {
        let (variable, rest) = part.split_once("}}")?;
        title += &value(variable.trim())?;
        title += rest;
    }
    Some(title)
}

/// What a name shows of a column of a row.
fn column_name(row: &Row, column: &str) -> Option<String> {
    let (_, cell) = row.cells.iter().find(|(name, _)| name.value == column)?;
    cell_name(cell)
}

/// The name of a row: that of its column `name`, its only value, or its few columns.
fn written_name(row: &Row) -> Option<String> {
    match (row.cells.iter().find(|(name, _)| name.value == "name"), row.cells.as_slice()) {
        (Some((_, cell)), _) | (None, [(_, cell)]) => cell_name(cell),
        (None, cells) => columns_name(cells.iter().map(|(name, cell)| (name.value.as_str(), cell_name(cell)))),
    }
}

/// The name of an item of a list, as that of a row.
fn turn_name(item: &Json) -> Option<String> {
    match item {
        Json::Object(members) if !members.contains_key("name") => match members.iter().next() {
            Some((_, value)) if members.len() == 1 => item_name(value),
            _ => columns_name(members.iter().map(|(name, value)| (name.as_str(), item_name(value)))),
        },
        _ => item_name(item),
    }
}

/// `a=1, b=x`, of few columns that each have something to show, but for what is better not shown.
fn columns_name<'a>(columns: impl Iterator<Item = (&'a str, Option<String>)>) -> Option<String> {
    let columns: Vec<_> = columns.collect();
    if columns.len() > MOST_COLUMNS {
        return None;
    }
    let shown = columns.into_iter().filter(|(name, _)| !is_private(name));
    let parts: Option<Vec<String>> = shown.map(|(name, value)| Some(format!("{name}={}", value?))).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| cut(parts.join(", ")))
}

/// Whether the values of a column are most likely nobody's business.
fn is_private(column: &str) -> bool {
    let column = column.to_ascii_lowercase();
    PRIVATE.iter().any(|word| column.contains(word))
}

/// The name of a row of which each value counts.
fn all_values(row: &Row) -> Option<String> {
    let names: Option<Vec<String>> = row.cells.iter().map(|(_, cell)| cell_name(cell)).collect();
    names.map(|names| names.join(", "))
}

fn cell_name(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Data(value) => item_name(value),
        Cell::Written(value) => match &value.node {
            Node::Text(text) if text.value.contains("{{") => None,
            Node::List(_) => None,
            _ => item_name(&value.to_json()),
        },
    }
}

/// The name of an item: of a map that of its member `name`, of a scalar itself, cut where it is long.
fn item_name(item: &Json) -> Option<String> {
    let name = match item {
        Json::Object(members) => return members.get("name").filter(|name| !name.is_object()).and_then(item_name),
        Json::String(text) => text.clone(),
        Json::Number(_) | Json::Bool(_) => item.to_string(),
        Json::Null | Json::Array(_) => return None,
    };
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return None;
    }
    Some(cut(name))
}

fn cut(name: String) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_turn_has_a_name_of_its_own() {
        let list = json!(["ada", "ada", {"name": "alan"}, {"id": 3}, 7, null, "a\nb", "x".repeat(41), {"name": {}}]);
        let labels: Vec<_> = over(list, None).unwrap().into_iter().map(|(_, label)| label).collect();
        let expected = [
            " [ada]",
            " [ada] (2)",
            " [alan]",
            " [3]",
            " [7]",
            " [6 of 9]",
            " [7 of 9]",
            &format!(" [{}…]", "x".repeat(40)),
            " [9 of 9]",
        ];
        assert_eq!(labels, expected);
    }

    #[test]
    fn few_columns_name_a_turn_that_has_no_name() {
        for (item, name) in [
            (json!({"user": "ada", "role": "admin"}), Some("user=ada, role=admin")),
            (json!({"user": "ada", "password": "lovelace"}), Some("user=ada")),
            (json!({"a": "x".repeat(41), "b": 1}), Some(&*format!("a={}…", "x".repeat(38)))),
            (json!({"a": 1, "b": 2, "c": 3, "d": 4}), None),
            (json!({"a": 1, "b": [2]}), None),
            (json!({"a": 1, "b": null}), None),
            (json!({"api_key": 1, "token": 2}), None),
        ] {
            assert_eq!(turn_name(&item).as_deref(), name, "{item}");
        }
    }

    #[test]
    fn a_name_may_hold_values_of_its_turn() {
        let list = json!([{"name": "ada", "id": 1}, {"name": "ada", "id": 2}, {"name": "alan", "id": null}]);
        let turns = over(list, None).unwrap();
        let titles = |name: &str| {
            let outline = CaseOutline { name: name.to_owned(), ..CaseOutline::default() };
            outlines(&outline, &turns).into_iter().map(|outline| outline.name).collect::<Vec<_>>()
        };
        assert_eq!(titles("user {{ name }}!"), ["user ada!", "user ada! (2)", "user alan!"]);
        assert_eq!(titles("{{id}} is {{name}}"), ["1 is ada", "2 is ada", "{{id}} is {{name}} [alan]"]);
        for name in ["user", "user {{ nobody }}", "user {{ name", "user {{ name | upper }}"] {
            let labelled = [" [ada]", " [ada] (2)", " [alan]"].map(|label| format!("{name}{label}"));
            assert_eq!(titles(name), labelled);
        }
    }

    #[test]
    fn the_item_is_a_variable_and_its_members_where_it_has_no_name() {
        let variables = |name| over(json!([{"a": 1}]), name).unwrap().remove(0).0.variables;
        let item = ("item".to_owned(), json!({"a": 1}));
        assert_eq!(variables(None), [item, ("a".to_owned(), json!(1))]);
        assert_eq!(variables(Some("user")), [("user".to_owned(), json!({"a": 1}))]);
    }

    #[test]
    fn an_item_lacks_what_others_have() {
        let list = json!([{"a": 1, "b": 2}, {"a": 3}, 7, {"b": 4, "a": 5}]);
        let lacking = |name| over(list.clone(), name).unwrap().into_iter().map(|(turn, _)| turn.lacking);
        assert_eq!(lacking(None).collect::<Vec<_>>(), [vec![], vec!["b"], vec!["a", "b"], vec![]]);
        assert!(lacking(Some("it")).all(|lacking| lacking.is_empty()));
    }

    #[test]
    fn a_text_that_is_a_list_of_json_is_a_list() {
        assert_eq!(over(json!("[1, 2]"), None).unwrap().len(), 2);
        for (list, found) in [(json!("tea"), "a text"), (json!(1), "a number"), (json!({}), "a map")] {
            assert_eq!(over(list, None), Err(format!("a loop goes over a list, and this is {found}")));
        }
        assert!(over(vec![0; 10_001].into(), None).unwrap_err().contains("10001 items"));
    }
}
