//! What can be wrong with a schedule text.

/// Why a text is not a schedule. Each message shows the clause, the offending text and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// Nothing but white space.
    #[error(
        "the schedule is empty; accepted: for example `Mon-Fri 08:00-18:00`, `always` or `never`"
    )]
    Empty,

    /// More characters than a tag value can hold.
    #[error(
        "the schedule has {characters} characters; accepted: at most {}",
        super::MAX_CHARACTERS
    )]
    TooLong {
        /// How many characters (not bytes) the text has.
        characters: usize,
    },

    /// Two separators without anything between them, or one at either end.
    #[error(
        "clause {number} is empty; accepted: one clause between each two separators `;`, none at the ends"
    )]
    EmptyClause {
        /// The position of the clause, counted from 1.
        number: usize,
    },

    /// A clause that begins with neither a day nor a known word.
    #[error("clause `{clause}`: `{found}` is not known{}; accepted: {CLAUSES}", did_you_mean(suggestion.as_ref()))]
    UnknownClause {
        /// The whole clause.
        clause: String,
        /// The word that is not known.
        found: String,
        /// A known word that is near to it.
        suggestion: Option<String>,
    },

    /// A name in a list of days that is no day.
    #[error(
        "clause `{clause}`: `{found}` is not a day{}; accepted: Mon Tue Wed Thu Fri Sat Sun or full English \
         names, ranges such as Mon-Fri, lists such as Mon,Wed",
        did_you_mean(suggestion.as_ref())
    )]
    UnknownDay {
        /// The whole clause.
        clause: String,
        /// The text where a day was expected.
        found: String,
        /// A day that is near to it.
        suggestion: Option<String>,
    },

    /// Windows without days.
    #[error(
        "clause `{clause}`: the days are missing; accepted: days before the times, for example `Mon-Sun {clause}`"
    )]
    MissingDays {
        /// The whole clause.
        clause: String,
    },

    /// Days, or a date of `open`, without windows.
    #[error(
        "clause `{clause}`: the times are missing; accepted: HH:MM-HH:MM after it, for example `{clause} 08:00-18:00`"
    )]
    MissingTimes {
        /// The whole clause.
        clause: String,
    },

    /// Text that is not `HH:MM-HH:MM`.
    #[error(
        "clause `{clause}`: `{found}` is not a window; accepted: HH:MM-HH:MM, several separated by `,`; \
         a new clause begins after `;`"
    )]
    InvalidWindow {
        /// The whole clause.
        clause: String,
        /// The text where a window was expected.
        found: String,
    },

    /// Text that is not `HH:MM`.
    #[error(
        "clause `{clause}`: `{found}` is not a time: {reason}; accepted: 00:00 to 23:59, 24:00 as an end"
    )]
    InvalidTime {
        /// The whole clause.
        clause: String,
        /// The text where a time was expected.
        found: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A window that ends when it begins.
    #[error(
        "clause `{clause}`: window `{found}` ends when it begins; accepted: two times, 00:00-24:00 for a whole day"
    )]
    EmptyWindow {
        /// The whole clause.
        clause: String,
        /// The window.
        found: String,
    },

    /// Text that is not a date of the calendar.
    #[error(
        "clause `{clause}`: `{found}` is not a date; accepted: a date of the calendar as YYYY-MM-DD{accepted}"
    )]
    InvalidDate {
        /// The whole clause.
        clause: String,
        /// The text where a date was expected.
        found: String,
        /// What this clause accepts besides a single date.
        accepted: &'static str,
    },

    /// A range of dates that ends before it begins.
    #[error(
        "clause `{clause}`: `{found}` ends before it begins; accepted: FIRST..LAST with FIRST not after LAST"
    )]
    ReversedDates {
        /// The whole clause.
        clause: String,
        /// The range.
        found: String,
    },

    /// A zone that the bundled database does not have.
    #[error(
        "clause `{clause}`: time zone `{found}` is not known{}; accepted: one IANA name such as Europe/Berlin",
        did_you_mean(suggestion.as_ref())
    )]
    UnknownZone {
        /// The whole clause.
        clause: String,
        /// The name as it was given.
        found: String,
        /// A known name that is near to it.
        suggestion: Option<String>,
    },

    /// More than one `tz` clause.
    #[error("clause `{clause}`: the zone was already given as `{first}`; accepted: one tz clause")]
    DuplicateZone {
        /// The second clause.
        clause: String,
        /// The zone of the first.
        first: String,
    },

    /// `always` or `never` beside another clause.
    #[error(
        "clause `{clause}`: it cannot stand beside `{word}`; accepted: `{word}` alone or with a tz clause"
    )]
    StandsAlone {
        /// The clause that is too many.
        clause: String,
        /// `always` or `never`.
        word: &'static str,
    },

    /// Text after a word that takes none.
    #[error("clause `{clause}`: `{found}` cannot follow `{word}`; accepted: `{word}` alone")]
    TrailingText {
        /// The whole clause.
        clause: String,
        /// The text that is too much.
        found: String,
        /// The word that takes nothing.
        word: &'static str,
    },

    /// The `holidays` clause, which this version does not have.
    #[error(
        "clause `{clause}`: `holidays` is not yet known; accepted: each date in a clause `skip YYYY-MM-DD`"
    )]
    HolidaysNotYetKnown {
        /// The whole clause.
        clause: String,
    },

    /// Only `skip` and `tz` clauses: nothing says when to be awake.
    #[error(
        "the schedule never says when to be awake; accepted: at least one window, `open`, `always` or `never`"
    )]
    NoWindows,
}

const CLAUSES: &str = "windows such as `Mon-Fri 08:00-18:00`, `skip DATE`, `skip DATE..DATE`, \
     `open DATE HH:MM-HH:MM`, `tz ZONE`, `always`, `never`";

/// The suggestion of a message, or nothing.
pub(super) fn did_you_mean(suggestion: Option<&String>) -> String {
    suggestion.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"))
}
