use super::property::{is_default, is_true, yes};
use serde::{Deserialize, Serialize};

/// A business rules policy: what a Call Rules shape names (section 1.14). One file `rules/<Name>.rules.ron`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// In any order; [`Policy::latest`] and [`Policy::deployed`] go by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<PolicyVersion>,
}

/// One version of a policy, e.g. 1.0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyVersion {
    pub major: u32,
    #[serde(default)]
    pub minor: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: PolicyState,
    /// What a call passes, in order: messages or .NET variables (RUL-1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<PolicyParameter>,
    /// What rules assert for other rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<PolicyFact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<PolicyRule>,
}

/// How far a version has come; only a deployed one runs (RUL-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PolicyState {
    Saved,
    Published,
    #[default]
    Deployed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyParameter {
    /// Name by which rules know it.
    pub name: String,
    /// A schema, multi-part type or class for a message; a .NET type such as `System.Decimal` for a variable.
    pub fact_type: String,
}

/// A value of the working memory that only the policy sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFact {
    pub name: String,
    /// A .NET type.
    pub fact_type: String,
    /// XLANG/s expression. Without one the fact is absent until a rule asserts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_value: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRule {
    pub name: String,
    /// Higher ones fire first; equal ones in the order written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: i32,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub active: bool,
    /// XLANG/s condition over parameters and facts; empty always holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    pub actions: Vec<PolicyAction>,
}

/// What a rule does when it fires, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyAction {
    /// XLANG/s assignments to fields, nodes, properties and variables. Other rules see the new values, but are
    /// not evaluated again for them: that takes `Update`.
    Set(String),
    /// Gives a fact a value and puts it in the working memory; rules over it are evaluated again.
    Assert { fact: String, value: String },
    /// Rules over this parameter or fact are evaluated again.
    Update(String),
    /// Takes a parameter or fact out of the working memory: rules over it no longer hold.
    Retract(String),
    /// Ends the run; what is left on the agenda does not fire.
    Halt,
}

impl Default for PolicyRule {
    fn default() -> Self {
        Self { name: String::new(), priority: 0, active: true, condition: String::new(), actions: Vec::new() }
    }
}

impl Policy {
    /// The version drawn against: the latest saved one, of this major number if given (RUL-2).
    pub fn latest(&self, major: Option<u32>) -> Option<&PolicyVersion> {
        self.pick(major, PolicyState::Saved)
    }

    /// The version that runs: the latest deployed one, of this major number if given (RUL-2).
    pub fn deployed(&self, major: Option<u32>) -> Option<&PolicyVersion> {
        self.pick(major, PolicyState::Deployed)
    }

    fn pick(&self, major: Option<u32>, at_least: PolicyState) -> Option<&PolicyVersion> {
        let found = self.versions.iter().filter(|v| v.state >= at_least);
        found.filter(|v| major.is_none_or(|m| m == v.major)).max_by_key(|v| (v.major, v.minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn design_takes_the_latest_saved_and_run_the_latest_deployed_version() {
        let version = |major, minor, state| PolicyVersion { major, minor, state, ..Default::default() };
        let policy = Policy {
            versions: vec![
                version(2, 0, PolicyState::Published),
                version(1, 10, PolicyState::Deployed),
                version(1, 9, PolicyState::Deployed),
            ],
            ..Default::default()
        };
        let number = |v: Option<&PolicyVersion>| v.map(|v| (v.major, v.minor));
        assert_eq!(number(policy.latest(None)), Some((2, 0)));
        assert_eq!(number(policy.deployed(None)), Some((1, 10)));
        assert_eq!(number(policy.deployed(Some(2))), None);
    }
}
