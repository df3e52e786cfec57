//! Samples of media types: documents, a form, images.

use serde_json::{Value, json};

use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/html", "a page", |_| Ok(Response::text(HTML, PAGE))),
    Route::new(GET, "/json", "a JSON document", |_| Ok(Response::json(&slideshow()))),
    Route::new(GET, "/xml", "an XML document", |_| Ok(Response::text("application/xml", XML))),
    Route::new(GET, "/robots.txt", "rules for robots", |_| Ok(Response::text(TEXT, ROBOTS))),
    Route::new(GET, "/deny", "what those rules deny", |_| Ok(Response::text(TEXT, DENIED))),
    Route::new(GET, "/encoding/utf8", "many scripts in UTF-8", |_| Ok(Response::text(HTML, SCRIPTS))),
    Route::new(GET, "/forms/post", "a form that is sent to /post", |_| Ok(Response::text(HTML, FORM))),
    Route::new(GET, "/image", "an image of the type that Accept asks for, else 406", image),
    Route::new(GET, "/image/:type", "an image: png, jpeg, svg or webp", image_of_type),
];

const HTML: &str = "text/html; charset=utf-8";

const TEXT: &str = "text/plain";

const PAGE: &str = include_str!("samples/page.html");

const XML: &str = include_str!("samples/slideshow.xml");

const SCRIPTS: &str = include_str!("samples/scripts.html");

const FORM: &str = include_str!("samples/form.html");

const ROBOTS: &str = "User-agent: *\nDisallow: /deny\n";

const DENIED: &str = "Robots were asked not to come here.\n";

/// The images by the last part of the path, their type and their bytes, the best first.
const IMAGES: &[(&str, &str, &[u8])] = &[
    ("png", "image/png", include_bytes!("samples/image.png")),
    ("webp", "image/webp", include_bytes!("samples/image.webp")),
    ("svg", "image/svg+xml", include_bytes!("samples/image.svg")),
    ("jpeg", "image/jpeg", include_bytes!("samples/image.jpeg")),
];

fn slideshow() -> Value {
    json!({
        "slideshow": {
            "author": "rqtest",
            "date": "2026-01-01",
            "slides": [
                {"title": "What an API test is", "type": "all"},
                {
                    "items": ["One <em>request</em>", "What its response must be"],
                    "title": "Its parts",
                    "type": "all",
                },
            ],
            "title": "Sample Slide Show",
        },
    })
}

fn image(call: &Call<'_>) -> Answer {
    let accept = call.request.header("Accept").unwrap_or_else(|| "*/*".into()).to_ascii_lowercase();
    let ranges = accept.split(',').map(|item| item.split(';').next().unwrap_or_default().trim());
    for range in ranges {
        let fits = |media_type: &str| range == media_type || matches!(range, "image/*" | "*/*");
        if let Some((_, media_type, content)) = IMAGES.iter().find(|(_, media_type, _)| fits(media_type)) {
            return Ok(Response::new(media_type, *content));
        }
    }
    Err(Problem::new(406, "the images are of the types image/png, image/webp, image/svg+xml and image/jpeg"))
}

fn image_of_type(call: &Call<'_>) -> Answer {
    match IMAGES.iter().find(|(name, ..)| *name == call.text("type")) {
        Some((_, media_type, content)) => Ok(Response::new(media_type, *content)),
        None => Err(Problem::not_found("the images are png, jpeg, svg and webp")),
    }
}
