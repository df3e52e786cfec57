//! Filters: what is made of a query's answer.

use super::Operand;

/// One step that a result goes through.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Which one.
    pub name: FilterName,
    /// Its arguments, as many as it takes.
    pub arguments: Vec<Operand>,
    /// Those that are given by their names, as in `sort(reverse=true)`.
    pub named: Vec<(String, Operand)>,
}

/// The filters of rqtest's own, and all others, which are minijinja's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterName {
    /// How many: the length of a list, a string's characters, or an object's members.
    Count,
    /// The first of a list.
    First,
    /// The last of a list.
    Last,
    /// The nth of a list, from 0; from the end where negative.
    Nth,
    /// The pieces of a string between a separator.
    Split,
    /// The first group, or the whole, of the first match.
    Regex,
    /// What a JSONPath finds in a value, or in a string of JSON.
    JsonPath,
    /// What an XPath finds in a text, XML or HTML.
    XPath,
    /// An integer.
    ToInt,
    /// A number with a fraction.
    ToFloat,
    /// A string.
    ToString,
    /// Percent-decoded.
    UrlDecode,
    /// Percent-encoded.
    UrlEncode,
    /// The value of a parameter in the query of a URL.
    UrlQueryParam,
    /// Base64-decoded, as bytes.
    Base64Decode,
    /// In base64.
    Base64Encode,
    /// Decoded from the base64 that is safe in URLs, as bytes.
    Base64UrlSafeDecode,
    /// In the base64 that is safe in URLs.
    Base64UrlSafeEncode,
    /// The text that bytes are in a character set.
    CharsetDecode,
    /// The text that bytes are in UTF-8.
    Utf8Decode,
    /// The bytes of a text in UTF-8.
    Utf8Encode,
    /// Bytes in hexadecimal.
    ToHex,
    /// With the characters that HTML gives a meaning written as references.
    HtmlEscape,
    /// With the character references of HTML undone.
    HtmlUnescape,
    /// A date, read from a text.
    ToDate,
    /// A date, written in a format.
    DateFormat,
    /// How many whole days a date lies ahead.
    DaysAfterNow,
    /// How many whole days a date lies back.
    DaysBeforeNow,
    /// Where a redirect leads.
    Location,
    /// In lower case.
    Lower,
    /// In upper case.
    Upper,
    /// Without white space at its ends.
    Trim,
    /// With a text or `/regex/` replaced by another.
    Replace,
    /// With what a regular expression matches replaced by another text.
    ReplaceRegex,
    /// A filter of minijinja's.
    Template(String),
}

impl FilterName {
    /// The filters of rqtest's own by their names, and how many arguments each takes. All other
    /// names are left to minijinja.
    pub const NAMES: &'static [(&'static str, Self, &'static [usize])] = &[
        ("base64Decode", Self::Base64Decode, &[0]),
        ("base64Encode", Self::Base64Encode, &[0]),
        ("base64UrlSafeDecode", Self::Base64UrlSafeDecode, &[0]),
        ("base64UrlSafeEncode", Self::Base64UrlSafeEncode, &[0]),
        ("charsetDecode", Self::CharsetDecode, &[1]),
        ("count", Self::Count, &[0]),
        ("dateFormat", Self::DateFormat, &[1]),
        ("daysAfterNow", Self::DaysAfterNow, &[0]),
        ("daysBeforeNow", Self::DaysBeforeNow, &[0]),
        ("decode", Self::CharsetDecode, &[1]),
        ("first", Self::First, &[0]),
        ("format", Self::DateFormat, &[1]),
        ("htmlEscape", Self::HtmlEscape, &[0]),
        ("htmlUnescape", Self::HtmlUnescape, &[0]),
        ("jsonpath", Self::JsonPath, &[1]),
        ("last", Self::Last, &[0]),
        ("location", Self::Location, &[0]),
        ("lower", Self::Lower, &[0]),
        ("nth", Self::Nth, &[1]),
        ("regex", Self::Regex, &[1]),
        ("replace", Self::Replace, &[2]),
        ("replaceRegex", Self::ReplaceRegex, &[2]),
        ("split", Self::Split, &[1]),
        ("toDate", Self::ToDate, &[0, 1]),
        ("toFloat", Self::ToFloat, &[0]),
        ("toHex", Self::ToHex, &[0]),
        ("toInt", Self::ToInt, &[0]),
        ("toString", Self::ToString, &[0]),
        ("trim", Self::Trim, &[0]),
        ("upper", Self::Upper, &[0]),
        ("urlDecode", Self::UrlDecode, &[0]),
        ("urlEncode", Self::UrlEncode, &[0]),
        ("urlQueryParam", Self::UrlQueryParam, &[1]),
        ("utf8Decode", Self::Utf8Decode, &[0]),
        ("utf8Encode", Self::Utf8Encode, &[0]),
        ("xpath", Self::XPath, &[1]),
    ];
}
