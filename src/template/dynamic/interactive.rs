//! Values that a person is asked for where they are used.

use minijinja::value::{Value, ValueKind};

use crate::spec::Echo;

use super::super::question::{Lifetime, Question};
use super::super::value::text;
use super::super::view::View;

/// What stands before a default, or before what there is to choose from.
const VALUE: &str = "$value:";

/// A text, which a person may see: `label`, `label $value: default`.
pub(super) fn input(written: &str, lifetime: Lifetime, view: &View) -> Result<Value, String> {
    let (name, default) = named(written)?;
    let default = default.map(str::to_owned);
    view.ask(&Question { default, lifetime, ..question(name) })
}

/// A text that nobody may see.
pub(super) fn password(written: &str, lifetime: Lifetime, view: &View) -> Result<Value, String> {
    let (name, default) = named(written)?;
    let default = default.map(str::to_owned);
    view.ask(&Question { default, lifetime, echo: Echo::Hidden, ..question(name) })
}

/// One of several: `label $value: one,two`, or the name of a variable that holds a list.
pub(super) fn pick(written: &str, lifetime: Lifetime, view: &View) -> Result<Value, String> {
    let (name, choices) = named(written)?;
    let choices = choices.ok_or_else(|| format!("it takes what there is to choose from: `{VALUE} one,two`"))?;
    view.ask(&Question { choices: list(choices, view)?, lifetime, ..question(name) })
}

fn question(name: &str) -> Question {
    Question {
        name: name.to_owned(),
        text: String::new(),
        default: None,
        choices: Vec::new(),
        echo: Echo::Shown,
        lifetime: Lifetime::Use,
    }
}

/// The label, which is the name too, and what follows it.
fn named(written: &str) -> Result<(&str, Option<&str>), String> {
    let (name, value) = match written.split_once(VALUE) {
        Some((name, value)) => (name, Some(value.trim())),
        None => (written, None),
    };
    match name.trim() {
        "" => Err("it takes a label, by which a person knows what to type".to_owned()),
        name => Ok((name, value)),
    }
}

fn list(written: &str, view: &View) -> Result<Vec<String>, String> {
    if let Ok(items) = serde_json::from_str::<Vec<serde_json::Value>>(written) {
        return Ok(items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect());
    }
    let variable = if written.contains(',') { None } else { view.variable(written, None).ok().flatten() };
    match variable.filter(|value| value.kind() == ValueKind::Seq) {
        Some(items) => Ok(items.try_iter().into_iter().flatten().map(|item| text(&item)).collect()),
        None => Ok(written.split(',').map(|item| item.trim().to_owned()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;
    use crate::spec::Format;
    use crate::template::fixture::{file, place, render};
    use crate::template::{Ask, FileScope, Providers, Variables};

    /// Somebody who answers with the name of what they are asked for.
    #[derive(Debug, Default)]
    struct Parrot(Mutex<Vec<Question>>);

    impl Ask for Parrot {
        fn ask(&self, question: &Question) -> Result<String, String> {
            self.0.lock().unwrap().push(question.clone());
            if question.name == "nothing" { Err("no idea".to_owned()) } else { Ok(format!("<{}>", question.name)) }
        }
    }

    fn asked(template: &str) -> (String, Question) {
        let parrot = Arc::new(Parrot::default());
        let environment = vec![("colors".to_owned(), json!(["red", 2]))];
        let file = file(Variables { environment, ..Variables::default() }, Format::Http, &[])
            .provided_by(Providers { person: Some(Arc::clone(&parrot) as Arc<dyn Ask>), ..Providers::default() });
        let rendered = render(&file, template, Format::Http).unwrap();
        let question = parrot.0.lock().unwrap().remove(0);
        (rendered, question)
    }

    #[test]
    fn asks_for_what_is_written() {
        let shown = question("What's up (or down)?");
        for (template, expected) in [
            ("{{$input What's up (or down)?}}", shown.clone()),
            (
                "{{ $prompt What's up (or down)? $value: all  }}",
                Question { default: Some("all".to_owned()), ..shown.clone() },
            ),
            ("{{$input-askonce What's up (or down)?}}", Question { lifetime: Lifetime::Run, ..shown.clone() }),
            ("{{$password What's up (or down)?}}", Question { echo: Echo::Hidden, ..shown }),
        ] {
            assert_eq!(asked(template), (format!("<{}>", expected.name), expected), "{template}");
        }
    }

    #[test]
    fn chooses_from_what_is_written_or_a_variable_holds() {
        for (template, expected) in [
            ("{{$pick color $value: red, dark blue}}", ["red", "dark blue"]),
            ("{{$pick color $value: [\"red\", 7]}}", ["red", "7"]),
            ("{{$pick-askonce color $value: colors}}", ["red", "2"]),
        ] {
            let (rendered, question) = asked(template);
            assert_eq!((rendered.as_str(), question.choices.as_slice()), ("<color>", &expected.map(str::to_owned)[..]));
        }
    }

    #[test]
    fn says_why_there_is_no_value() {
        let alone = file(Variables::default(), Format::Http, &[]);
        let person = || Providers { person: Some(Arc::new(Parrot::default())), ..Providers::default() };
        let accompanied: FileScope = file(Variables::default(), Format::Http, &[]).provided_by(person());
        for (file, call, message) in [
            (&alone, "$input it", "`$input`: nobody can be asked here"),
            (&accompanied, "$password nothing", "`$password`: no idea"),
            (&accompanied, "$input", "`$input`: it takes a label, by which a person knows what to type"),
            (&accompanied, "$pick it", "`$pick`: it takes what there is to choose from: `$value: one,two`"),
        ] {
            let error = render(file, &format!("{{{{{call}}}}}"), Format::Http).unwrap_err();
            assert_eq!((error.message.as_str(), place(&error)), (message, call));
        }
    }
}
