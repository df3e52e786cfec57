//! The page that lists all routes.

use super::FAMILIES;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[Route::new(GET, "/", "this list", index)];

fn index(_: &Call<'_>) -> Answer {
    let mut page = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>rqtest practice server</title></head>\n\
         <body>\n<h1>rqtest practice server</h1>\n",
    );
    for family in FAMILIES {
        page.push_str(&format!("<h2>{}</h2>\n<dl>\n", family.title));
        for route in family.routes {
            let methods = route.methods().join(" ");
            page.push_str(&format!(
                "<dt><code>{methods} {}</code></dt><dd>{}</dd>\n",
                escape(route.pattern()),
                escape(route.summary())
            ));
        }
        page.push_str("</dl>\n");
    }
    page.push_str("</body>\n</html>\n");
    Ok(Response::text("text/html; charset=utf-8", page))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
