//! Any status code, or one of several by chance.

use serde_json::json;

use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, Route};

pub(super) const ROUTES: &[Route] =
    &[Route::new(ANY, "/status/:codes", "a status code, or one of 200,404 or 200:0.9,500:0.1 by chance", status)];

const TEAPOT: &str = "\n    ( (\n     ) )\n  ._______.\n  |       |]\n  \\       /\n   `-----'\n  short and stout\n";

const ACCEPTABLE: &[&str] = &["image/webp", "image/svg+xml", "image/jpeg", "image/png", "image/*"];

fn status(call: &Call<'_>) -> Answer {
    let choices: Vec<(u16, f64)> = call.text("codes").split(',').map(choice).collect::<Result<_, _>>()?;
    let chance = call.state.random().f64();
    respond_with(pick(&choices, chance))
}

/// A code, and its weight after a colon.
fn choice(text: &str) -> Result<(u16, f64), Problem> {
    let (code, weight) = text.split_once(':').unwrap_or((text, "1"));
    let code = code.trim().parse().ok().filter(|code| (200..=999).contains(code));
    let weight = weight.trim().parse().ok().filter(|weight: &f64| weight.is_finite() && *weight >= 0.0);
    code.zip(weight).ok_or_else(|| Problem::bad_request("a status code is a number from 200 to 999"))
}

/// The choice that a chance from 0 to 1 falls on.
fn pick(choices: &[(u16, f64)], chance: f64) -> u16 {
    let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
    let mut left = chance * total;
    for &(code, weight) in choices {
        if left < weight {
            return code;
        }
        left -= weight;
    }
    choices.last().map_or(200, |&(code, _)| code)
}

/// Some codes come with what clients expect to see beside them.
fn respond_with(code: u16) -> Answer {
    let response = match code {
        301 | 302 | 303 | 305 | 307 | 308 => Response::empty().with_header("Location", "/redirect/1")?,
        401 => Response::empty().with_header("WWW-Authenticate", "Basic realm=\"Fake Realm\"")?,
        402 => Response::text("text/plain", "pay first\n"),
        406 => Response::json(&json!({"message": "none of these types was asked for", "accept": ACCEPTABLE})),
        407 => Response::empty().with_header("Proxy-Authenticate", "Basic realm=\"Fake Realm\"")?,
        418 => Response::text("text/plain", TEAPOT),
        _ => Response::empty().with_type("text/html; charset=utf-8"),
    };
    Ok(response.with_status(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighs_chances() {
        let choices = [(200, 1.0), (404, 0.0), (500, 3.0)];
        for (chance, expected) in [(0.0, 200), (0.249, 200), (0.25, 500), (0.999, 500), (1.0, 500)] {
            assert_eq!(pick(&choices, chance), expected, "{chance}");
        }
    }

    #[test]
    fn refuses_what_is_no_code() {
        for text in ["", "abc", "99", "100", "1000", "200:x", "200:-1", "200:inf"] {
            assert!(choice(text).is_err(), "{text}");
        }
    }
}
