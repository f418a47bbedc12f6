//! Following pages to their end, and only to their end.

use std::collections::BTreeSet;

use afterhours_ports::PortResult;

use crate::Answer;

/// So many pages without an item, one after the other, are taken for a fault of the service.
const MAX_EMPTY: u32 = 50;

/// Follows the pages of one listing.
#[derive(Debug)]
pub struct Pages {
    answer: Answer,
    seen: BTreeSet<String>,
    empty: u32,
}

impl Pages {
    /// Begins a listing by `action`, such as `sagemaker:ListEndpoints`.
    pub fn new(action: &'static str) -> Self {
        Self {
            answer: Answer::of(action),
            seen: BTreeSet::new(),
            empty: 0,
        }
    }

    /// The token of the next page; none after the last.
    ///
    /// # Errors
    /// A token that was there before, and too many pages without items: both would go on for ever.
    pub fn next(&mut self, token: Option<&str>, items: usize) -> PortResult<Option<String>> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
        if self.empty > MAX_EMPTY {
            return Err(self
                .answer
                .unusable(format!("{MAX_EMPTY} empty pages in a row")));
        }
        if !self.seen.insert(token.to_owned()) {
            return Err(self
                .answer
                .unusable("the token of a page was there before".to_owned()));
        }
        Ok(Some(token.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_ends_without_token() {
        let mut pages = Pages::new("s3:ListBucket");
        assert_eq!(pages.next(Some("a"), 1), Ok(Some("a".to_owned())));
        assert_eq!(pages.next(Some("b"), 0), Ok(Some("b".to_owned())));
        assert_eq!(pages.next(None, 3), Ok(None));
        assert_eq!(pages.next(Some(""), 3), Ok(None));
    }

    #[test]
    fn a_repeated_token_and_endless_empty_pages_are_errors() {
        let mut pages = Pages::new("s3:ListBucket");
        pages.next(Some("a"), 1).unwrap();
        pages.next(Some("b"), 1).unwrap();
        assert!(
            pages
                .next(Some("a"), 1)
                .unwrap_err()
                .message
                .contains("there before")
        );

        let mut pages = Pages::new("s3:ListBucket");
        let failed = (0..1_000).find(|page| pages.next(Some(&page.to_string()), 0).is_err());
        assert_eq!(failed, Some(50));
    }
}
