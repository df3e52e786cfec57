//! What a run finds around itself: the environment, `.env` files, the project's folder.

use minijinja::value::Value;

use crate::diagnostic::nearest;

use super::super::view::View;

/// A variable of the process.
pub(super) fn process(arguments: &[String], view: &View) -> Result<Value, String> {
    from_list(arguments, view, &view.variables().process, "the process's environment")
}

/// A variable of a `.env` file.
pub(super) fn dotenv(arguments: &[String], view: &View) -> Result<Value, String> {
    from_list(arguments, view, &view.variables().dotenv, "the `.env` files")
}

/// The folder of the project.
pub(super) fn project_root(_: &[String], view: &View) -> Result<Value, String> {
    view.project_folder().map(Value::from)
}

/// The folder that JetBrains' HTTP Client saves responses in.
pub(super) fn history_folder(_: &[String], view: &View) -> Result<Value, String> {
    view.project_folder().map(|folder| format!("{folder}/.idea/httpRequests").into())
}

/// The server of JetBrains' examples, which runs in their editors alone.
pub(super) fn example_server(_: &[String], view: &View) -> Result<Value, String> {
    let given = view.variable("$exampleServer", None).map_err(|error| error.message)?;
    given.ok_or_else(|| "that server runs in the editor alone: name another with `--var '$exampleServer=…'`".to_owned())
}

/// The value of `NAME`; of the name that the variable `NAME` holds where it is written `%NAME`.
fn from_list(arguments: &[String], view: &View, list: &[(String, String)], place: &str) -> Result<Value, String> {
    let [name] = arguments else { return Err("it takes the name of one variable".to_owned()) };
    let name = match name.strip_prefix('%') {
        Some(variable) => view.text_of(variable)?,
        None => name.clone(),
    };
    let found = list.iter().rev().find(|(known, _)| *known == name);
    found.map(|(_, value)| Value::from(value.as_str())).ok_or_else(|| {
        let near = nearest(&name, list.iter().map(|(known, _)| known.as_str()));
        let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        format!("`{name}` is not defined in {place}{near}")
    })
}
