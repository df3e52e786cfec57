//! Digits that tell whether a number was mistyped.

/// A number with its digit by Luhn (ISO/IEC 7812-1, annex B): cards, IMEI.
pub(super) fn luhn(number: &str) -> String {
    let sum: u32 = digits(number)
        .rev()
        .enumerate()
        .map(|(place, digit)| match digit * if place % 2 == 0 { 2 } else { 1 } {
            doubled @ 10.. => doubled - 9,
            other => other,
        })
        .sum();
    format!("{number}{}", (10 - sum % 10) % 10)
}

/// A number with the digit of EAN, GTIN and ISBN-13, whose weights are 3 and 1 from the right.
pub(super) fn ean(number: &str) -> String {
    let weigh = |(place, digit)| if place % 2 == 0 { 3 * digit } else { digit };
    let sum: u32 = digits(number).rev().enumerate().map(weigh).sum();
    format!("{number}{}", (10 - sum % 10) % 10)
}

/// Nine digits with the tenth of an ISBN-10, which may be `X`.
pub(super) fn isbn(number: &str) -> String {
    let sum: u32 = digits(number).zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => format!("{number}X"),
        digit => format!("{number}{digit}"),
    }
}

/// A country and an account with the two digits between them of an IBAN (ISO 13616, by the
/// modulo 97 of ISO/IEC 7064).
pub(super) fn iban(account: &str) -> String {
    let (country, account) = account.split_at(2);
    let country_digits = country.bytes().map(|letter| u32::from(letter - b'A') + 10);
    let appended = country_digits.flat_map(|number| [number / 10, number % 10]).chain([0, 0]);
    let remainder = digits(account).chain(appended).fold(0, |remainder, digit| (remainder * 10 + digit) % 97);
    format!("{country}{:02}{account}", 98 - remainder)
}

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.chars().filter_map(|character| character.to_digit(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_get_the_digits_that_they_are_known_with() {
        assert_eq!(luhn("7992739871"), "79927398713");
        assert_eq!(luhn("811218-987"), "811218-9876");
        assert_eq!(ean("400638133393"), "4006381333931");
        assert_eq!(ean("9638507"), "96385074");
        assert_eq!(isbn("030640615"), "0306406152");
        assert_eq!(isbn("080442957"), "080442957X");
        assert_eq!(iban("DE370400440532013000"), "DE89370400440532013000");
        assert_eq!(iban("NO86011117947"), "NO9386011117947");
    }
}
