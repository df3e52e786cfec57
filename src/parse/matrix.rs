//! Matrices: every combination of the values of some variables, but for those that are left out,
//! and with those that are added.

use crate::diagnostic::Diagnostic;
use crate::spec::{Cell, MOST_REPEATS, Node, Row, Text, Value};

use super::flow::lacking;

/// The key of a matrix whose value is no list of values, but of what is left out.
const EXCLUDE: &str = "exclude";

/// The key of a matrix whose value is a list of what is added.
const INCLUDE: &str = "include";

/// The lists of values, by the names of their variables.
type Axes<'a> = [&'a (Text, Value)];

/// Reads lists of values by the names of their variables as rows, one for each combination. Those
/// that the list `exclude` has maps for are left out, then those of the list `include` are added.
///
/// # Errors
/// If a list is none or empty, there are too many combinations, or none are left, or not all of
/// them have the same variables.
pub(super) fn rows(map: &Value) -> Result<Vec<Row>, Diagnostic> {
    let Node::Map(entries) = &map.node else {
        let error = Diagnostic::error("a matrix is a map of lists").at(&map.span, "");
        return Err(error.help("such as `{browser: [firefox, chrome], size: [1, 2]}`"));
    };
    let listed = |word: &str| entries.iter().find(|(key, _)| key.value == word);
    let axes: Vec<_> = entries.iter().filter(|(key, _)| ![EXCLUDE, INCLUDE].contains(&&*key.value)).collect();
    let mut rows = combinations(map, &axes)?;
    if let Some((key, excluded)) = listed(EXCLUDE) {
        for combination in values_of(key, excluded)? {
            exclude(&mut rows, combination, &axes)?;
        }
    }
    let combined = rows.len();
    if let Some((key, included)) = listed(INCLUDE) {
        for combination in values_of(key, included)? {
            include(&mut rows, combined, combination, &axes)?;
        }
    }
    if rows.is_empty() {
        return Err(Diagnostic::error("there is nothing to go over: the matrix has no combinations").at(&map.span, ""));
    }
    lacking(&rows).map_or(Ok(rows), Err)
}

fn combinations(map: &Value, axes: &Axes<'_>) -> Result<Vec<Row>, Diagnostic> {
    if axes.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = vec![Row { span: map.span.clone(), cells: Vec::new() }];
    for (key, values) in axes {
        let values = values_of(key, values)?;
        if rows.len() * values.len() > MOST_REPEATS as usize {
            let message = format!("a matrix may have {MOST_REPEATS} combinations at most");
            return Err(Diagnostic::error(message).at(&key.span, "this makes it more"));
        }
        rows = rows.iter().flat_map(|row| values.iter().map(|value| with(row, key, value))).collect();
    }
    Ok(rows)
}

fn values_of<'a>(key: &Text, list: &'a Value) -> Result<&'a [Value], Diagnostic> {
    match &list.node {
        Node::List(values) if values.is_empty() => {
            Err(Diagnostic::error(format!("there is nothing to go over: `{}` is empty", key.value)).at(&list.span, ""))
        }
        Node::List(values) => Ok(values),
        _ => Err(Diagnostic::error(format!("`{}` must be a list", key.value)).at(&list.span, "")),
    }
}

fn with(row: &Row, key: &Text, value: &Value) -> Row {
    let mut row = row.clone();
    set(&mut row, key, value);
    row
}

/// Gives a variable of a row its value.
fn set(row: &mut Row, key: &Text, value: &Value) {
    let cell = Cell::Written(value.clone());
    match row.cells.iter_mut().find(|(name, _)| name.value == key.value) {
        Some((_, known)) => *known = cell,
        None => row.cells.push((key.span.clone().with(key.value.clone()), cell)),
    }
}

fn has(row: &Row, name: &Text, value: &Value) -> bool {
    let is_it = |cell: &Cell| matches!(cell, Cell::Written(own) if own.to_json() == value.to_json());
    row.cells.iter().any(|(own, cell)| own.value == name.value && is_it(cell))
}

fn is_axis(name: &Text, axes: &Axes<'_>) -> bool {
    axes.iter().any(|(axis, _)| axis.value == name.value)
}

/// Leaves out the rows that have all of some values.
fn exclude(rows: &mut Vec<Row>, combination: &Value, axes: &Axes<'_>) -> Result<(), Diagnostic> {
    let Node::Map(values) = &combination.node else {
        return Err(Diagnostic::error("what is excluded is a map of values").at(&combination.span, ""));
    };
    if let Some((unknown, _)) = values.iter().find(|(name, _)| !is_axis(name, axes)) {
        let error = Diagnostic::error(format!("the matrix has no `{}`", unknown.value)).at(&unknown.span, "");
        return Err(error.suggest(&unknown.value, axes.iter().map(|(axis, _)| axis.value.as_str())));
    }
    rows.retain(|row| !values.iter().all(|(name, value)| has(row, name, value)));
    Ok(())
}

/// Gives the combinations, of which there are so many, what else a map holds, if they have its
/// values of the matrix's own variables; where none has them, the map is one more row.
fn include(rows: &mut Vec<Row>, combined: usize, more: &Value, axes: &Axes<'_>) -> Result<(), Diagnostic> {
    let Node::Map(values) = &more.node else {
        return Err(Diagnostic::error("what is included is a map of values").at(&more.span, ""));
    };
    let (own, others): (Vec<_>, Vec<_>) = values.iter().partition(|(name, _)| is_axis(name, axes));
    let mut is_known = false;
    for row in rows[..combined].iter_mut().filter(|row| own.iter().all(|(name, value)| has(row, name, value))) {
        is_known = true;
        others.iter().for_each(|(name, value)| set(row, name, value));
    }
    if !is_known {
        let mut row = Row { span: more.span.clone(), cells: Vec::new() };
        values.iter().for_each(|(name, value)| set(&mut row, name, value));
        rows.push(row);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;
    use crate::source::{SourceFile, Spanned};
    use crate::spec::Format;

    fn shown(json: &str) -> Result<Vec<String>, String> {
        let source = SourceFile::new("a.yaml", json);
        let value = yaml::load_part(&source.span(0..json.len()), Format::Yaml).unwrap();
        let cell = |(name, cell): &(Spanned<String>, Cell)| match cell {
            Cell::Written(value) => format!("{}={}", name.value, value.to_json()),
            Cell::Data(_) => panic!("a matrix stands in the spec"),
        };
        let rows =
            super::rows(&value).map_err(|error| format!("{}: {}", error.span().unwrap().text(), error.message))?;
        Ok(rows.iter().map(|row| row.cells.iter().map(cell).collect::<Vec<_>>().join(" ")).collect())
    }

    #[test]
    fn a_matrix_has_every_combination_but_those_that_are_left_out() {
        assert_eq!(
            shown("{a: [1, 2], b: [x, y]}").unwrap(),
            ["a=1 b=\"x\"", "a=1 b=\"y\"", "a=2 b=\"x\"", "a=2 b=\"y\""]
        );
        assert_eq!(shown("{a: [1, 2], b: [x, y], exclude: [{a: 1, b: x}, {a: 2}]}").unwrap(), ["a=1 b=\"y\""]);
        for (matrix, error) in [
            ("[1]", "[1]: a matrix is a map of lists"),
            ("{}", "{}: there is nothing to go over: the matrix has no combinations"),
            ("{a: [1], b: []}", "[]: there is nothing to go over: `b` is empty"),
            ("{a: [1], b: 2}", "2: `b` must be a list"),
            ("{a: [1], exclude: [{b: 1}]}", "b: the matrix has no `b`"),
            ("{a: [1], exclude: [1]}", "1: what is excluded is a map of values"),
            (
                "{a: [1], exclude: [{a: 1}]}",
                "{a: [1], exclude: [{a: 1}]}: there is nothing to go over: the matrix has no combinations",
            ),
        ] {
            assert_eq!(shown(matrix).unwrap_err(), error);
        }
        let many = format!("[{}]", (0..200).map(|number| number.to_string()).collect::<Vec<_>>().join(","));
        assert_eq!(
            shown(&format!("{{a: {many}, b: {many}}}")).unwrap_err(),
            "b: a matrix may have 10000 combinations at most"
        );
    }

    #[test]
    fn a_matrix_includes_more_values_and_more_combinations() {
        for (matrix, expected) in [
            ("{a: [1, 2], include: [{c: x}]}", &["a=1 c=\"x\"", "a=2 c=\"x\""][..]),
            ("{a: [1, 2], include: [{c: x}, {a: 2, c: y}]}", &["a=1 c=\"x\"", "a=2 c=\"y\""]),
            ("{a: [1], include: [{a: 3}, {a: 3}]}", &["a=1", "a=3", "a=3"]),
            ("{a: [1], include: [{a: 1}]}", &["a=1"]),
            ("{a: [1, 2], exclude: [{a: 2}], include: [{a: 2}]}", &["a=1", "a=2"]),
            ("{include: [{a: 1, b: 2}, {b: 3, a: 4}]}", &["a=1 b=2", "b=3 a=4"]),
        ] {
            assert_eq!(shown(matrix).unwrap(), expected, "{matrix}");
        }
        for (matrix, error) in [
            ("{a: [1, 2], b: [3], include: [{a: 5}]}", "{a: 5}: this row lacks `b`"),
            ("{a: [1], include: [1]}", "1: what is included is a map of values"),
            ("{a: [1], include: []}", "[]: there is nothing to go over: `include` is empty"),
        ] {
            assert_eq!(shown(matrix).unwrap_err(), error);
        }
    }
}
