//! Text that goes into the page: escaped, of one line, and counted out.

use std::fmt::{self, Display, Formatter, Write as _};

use afterhours_core::alert::clip;
use jiff::civil::Date;

/// The most characters of one text that are shown; a name or message of AWS is far shorter.
const MOST: usize = 600;

/// A text of others, for element content and quoted attributes alike.
///
/// Runs of white space become one space; characters that reorder what is read become `�`, so that they are seen.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut space = false;
        let mut written = 0_usize;
        for c in self.0.trim().chars() {
            if c.is_whitespace() {
                space = true;
                continue;
            }
            if written >= MOST {
                return f.write_char('…');
            }
            if space {
                f.write_char(' ')?;
                space = false;
            }
            written += 1;
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c if clip::is_unsafe(c) => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Appends formatted text; writing into a `String` cannot fail.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($out, $($argument)*);
    }};
}
pub(super) use put;

/// `1 sleeper`, `2,500 sleepers`.
pub(super) fn plural(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", grouped(&n.to_string()))
    }
}

/// An amount with two decimals and grouped thousands: `1,234.50`; a figure that is none is said to be unknown.
pub(super) fn amount(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    let text = format!("{:.2}", value.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let sign = if value < 0.0 && text != "0.00" {
        "−"
    } else {
        ""
    };
    format!("{sign}{}.{cents}", grouped(whole))
}

/// An amount and its currency: `84.20 USD`.
pub(super) fn money(value: f64, currency: &str) -> String {
    format!("{} {currency}", amount(value))
}

/// An amount that says which way it goes: `+312.00 USD`.
pub(super) fn signed(value: f64, currency: &str) -> String {
    let plus = if value > 0.0 { "+" } else { "" };
    format!("{plus}{}", money(value, currency))
}

/// Hours of instances: `1,240 h`, `11.9 h`.
pub(super) fn hours(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    if value.abs() < 100.0 {
        format!("{value:.1} h")
    } else {
        format!("{} h", grouped(&format!("{value:.0}")))
    }
}

/// A probability in per cent, never 0 or 100 where it is not certain.
pub(super) fn per_cent(share: f64) -> String {
    if !share.is_finite() {
        return "unknown".to_owned();
    }
    let value = share * 100.0;
    if value > 0.0 && value < 1.0 {
        "under 1 %".to_owned()
    } else if value > 99.0 && value < 100.0 {
        "over 99 %".to_owned()
    } else {
        format!("{value:.0} %")
    }
}

/// `Fri 20 Nov`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%a %-d %b").to_string()
}

/// A number as a percentage of a width: two decimals, no trailing zeros.
pub(super) fn pc(share: f64) -> String {
    let value = if share.is_finite() {
        share * 100.0
    } else {
        0.0
    };
    let text = format!("{value:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    let short = if short == "-0" { "0" } else { short };
    format!("{short}%")
}

/// A count as a float; counts of a page are far below 2^52.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a page are far below 2^52"
)]
pub(super) fn float(n: usize) -> f64 {
    n as f64
}

fn grouped(digits: &str) -> String {
    let negative = digits.starts_with('-');
    let digits = digits.trim_start_matches('-');
    let mut out = String::new();
    for (index, c) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if negative { format!("−{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_an_element_or_an_attribute() {
        let hostile = "</title><script>alert('1')</script>\" onload=\"x & y";
        let shown = Text(hostile).to_string();
        for mark in ['<', '>', '"', '\''] {
            assert!(!shown.contains(mark), "{shown}");
        }
        assert!(shown.ends_with("x &amp; y"), "{shown}");
    }

    #[test]
    fn reordering_characters_are_shown_and_long_texts_end() {
        assert_eq!(
            Text("a\u{202e}b\n\n c\u{0}").to_string(),
            "a\u{fffd}b c\u{fffd}"
        );
        let long = Text(&"x".repeat(5_000)).to_string();
        assert_eq!(long.chars().count(), MOST + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn figures_are_grouped_signed_and_honest() {
        assert_eq!(amount(1_234_567.891), "1,234,567.89");
        assert_eq!(amount(-12.0), "−12.00");
        assert_eq!(amount(-0.001), "0.00");
        assert_eq!(amount(f64::NAN), "unknown");
        assert_eq!(signed(312.0, "USD"), "+312.00 USD");
        assert_eq!(hours(11.94), "11.9 h");
        assert_eq!(hours(12_400.0), "12,400 h");
        assert_eq!(per_cent(0.004), "under 1 %");
        assert_eq!(per_cent(0.996), "over 99 %");
        assert_eq!(per_cent(0.5), "50 %");
        assert_eq!(pc(0.125), "12.5%");
        assert_eq!(pc(0.0), "0%");
        assert_eq!(pc(1.0), "100%");
        assert_eq!(plural(1, "lease", "leases"), "1 lease");
        assert_eq!(plural(1_500, "lease", "leases"), "1,500 leases");
    }
}
