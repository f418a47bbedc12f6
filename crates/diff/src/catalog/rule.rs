//! How one attribute is compared.

use serde_json::Value;

/// When an attribute that is absent (null, or missing on the live side as `null`) equals one that is there.
///
/// Per attribute, never globally: a removed policy is `""`, and that is a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Never: absent equals absent only.
    Never,
    /// Absent, `""`, `[]` and `{}` are one.
    Empty,
    /// Absent, `""`, `[]`, `{}`, `false`, `0` and `"0"` are one, because AWS leaves the zero value out.
    Zero,
    /// Absent means this value, as JSON: AWS leaves its default out, or an older provider does.
    Is(&'static str),
}

/// What a change of the attribute means, for the severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Who may reach or use it, encryption, logging, deletion protection: severity high at least.
    Security,
    /// Whether it works: sizes, routes, health checks. Severity medium.
    Availability,
    /// What it costs. Severity medium.
    Cost,
    /// Anything else. Severity low.
    Plain,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Scalars by value: `"300"` equals 300 and `"true"` equals true, else exactly.
    Scalar,
    /// As [`Rule::Scalar`], letter case aside (ASCII).
    CaseInsensitive,
    /// Scalars, order and duplicates aside.
    Set,
    /// Scalars in their order.
    List,
    /// A free-form map of scalars.
    Map,
    /// Tags: keys with prefix `aws:` are left out on both sides. Name it on `tags_all` and `tags`; the comparer
    /// takes `tags_all` where the state has it.
    Tags,
    /// At most one nested block (a one-element array in the state): child by child.
    Block(&'static [Attr]),
    /// Nested blocks, order aside, matched by these children (all children where empty).
    Blocks {
        /// The children that identify a block.
        by: &'static [&'static str],
        /// The children.
        attributes: &'static [Attr],
    },
    /// Nested blocks in their order.
    OrderedBlocks(&'static [Attr]),
    /// An IAM policy as a JSON text: by meaning.
    Policy,
    /// A JSON text: by structure.
    Json,
    /// One thing that may be named by its ARN or its name: equal when the last part of the ARN (after the last `/` or
    /// `:`) is the name. Two ARNs are compared in full.
    NameOrArn,
    /// An IP network in any notation of the same network, such as IPv6 with and without zeros.
    Cidr,
    /// Anything else.
    Custom(fn(&Value, &Value) -> bool),
    /// Not compared, and why: `only used when it is deleted`, `write-only`.
    Skip(&'static str),
}

/// One attribute and its rule.
#[derive(Debug, Clone, Copy)]
pub struct Attr {
    /// Its name in Terraform.
    pub name: &'static str,
    /// How it is compared.
    pub rule: Rule,
    /// When absent equals present.
    pub absent: Absent,
    /// What a change means.
    pub meaning: Meaning,
    /// Whether values are secret whatever the state says: compared, never shown.
    pub secret: bool,
}

impl Attr {
    /// A plain attribute whose zero value AWS does not tell from absence.
    pub const fn new(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            rule,
            absent: Absent::Zero,
            meaning: Meaning::Plain,
            secret: false,
        }
    }

    /// A configurable argument that is not compared, with the reason.
    pub const fn skip(name: &'static str, reason: &'static str) -> Self {
        Self::new(name, Rule::Skip(reason))
    }

    /// With another equality of absence.
    #[must_use]
    pub const fn absent(mut self, absent: Absent) -> Self {
        self.absent = absent;
        self
    }

    /// Security-relevant.
    #[must_use]
    pub const fn security(mut self) -> Self {
        self.meaning = Meaning::Security;
        self
    }

    /// Relevant to whether it works.
    #[must_use]
    pub const fn availability(mut self) -> Self {
        self.meaning = Meaning::Availability;
        self
    }

    /// Relevant to what it costs.
    #[must_use]
    pub const fn cost(mut self) -> Self {
        self.meaning = Meaning::Cost;
        self
    }

    /// Secret whatever the state says.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}
