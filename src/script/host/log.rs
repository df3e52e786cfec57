//! What scripts have to say.

use std::rc::Rc;

use rquickjs::Object;
use rquickjs::prelude::Func;

use crate::script::{LogLevel, LogLine};

use super::{Host, Run};

/// The most bytes that one script may say; the rest is left out.
const MOST: usize = 64 * 1024;

pub(super) fn register(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    let host = Rc::clone(host);
    object.set("log", Func::from(move |level: String, text: String| host.with(|run| run.say(&level, text))))
}

impl Run {
    fn say(&mut self, level: &str, mut text: String) {
        if self.logged > MOST {
            return;
        }
        self.logged += text.len() + 1;
        if self.logged > MOST {
            text.truncate(text.floor_char_boundary(text.len().saturating_sub(self.logged - MOST)));
            text.push_str("… (the script says more, which is left out)");
        }
        let level = match level {
            "warning" => LogLevel::Warning,
            "error" => LogLevel::Error,
            _ => LogLevel::Info,
        };
        self.log.push(LogLine { level, text });
    }
}
