use crate::engine::{Engine, InstanceId, InstanceKind, InstanceView, Operation};
use std::collections::BTreeMap;

/// What a query of service instances can ask for and group by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceField {
    ServiceName,
    /// `Orchestration`, `Messaging`, or `Routing failure report`.
    ServiceClass,
    Status,
    PendingOperation,
    ErrorCode,
    ErrorDescription,
}

/// Service instances whose fields have the wanted values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceQuery {
    /// Field, whether it has to be equal or different, and value.
    pub rows: Vec<(InstanceField, bool, String)>,
    /// Maximum Matches.
    pub maximum: usize,
}

impl Default for InstanceQuery {
    /// All in-progress instances.
    fn default() -> Self {
        Self { rows: Vec::new(), maximum: 50 }
    }
}

impl InstanceQuery {
    /// Suspended instances, resumable and not, zombies among them.
    pub fn is_suspended(view: &InstanceView) -> bool {
        use crate::engine::instance::Status;
        view.status.is_suspended() || view.status == Status::Discarded
    }

    /// The instances there are now, oldest first.
    pub fn run(&self, engine: &Engine) -> Vec<InstanceView> {
        let fits = |view: &InstanceView| {
            self.rows.iter().all(|(field, equal, value)| (field.of(view) == *value) == *equal)
        };
        engine.instances().into_iter().filter(fits).take(self.maximum).collect()
    }
}

impl InstanceField {
    /// The value of the field, as tools show it; empty when there is none.
    pub fn of(self, view: &InstanceView) -> String {
        match self {
            Self::ServiceName => view.service.to_string(),
            Self::ServiceClass => match view.kind {
                InstanceKind::Orchestration => "Orchestration".into(),
                InstanceKind::Failure if view.service.as_str().is_empty() => "Routing failure report".into(),
                _ => "Messaging".into(),
            },
            Self::Status => view.status.label().into(),
            Self::PendingOperation => view.pending.map_or_else(String::new, |p| p.name().to_string()),
            Self::ErrorCode => view.error_code.clone(),
            Self::ErrorDescription => view.reason.clone().unwrap_or_default(),
        }
    }
}

/// Instances with the same value in a field: a line of the group hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceGroup {
    pub value: String,
    pub instances: Vec<InstanceId>,
}

impl InstanceGroup {
    /// Resumes all of them: each operation is an input of its own (INS-6).
    pub fn resume(&self) -> impl Iterator<Item = Operation> + use<'_> {
        self.instances.iter().copied().map(Operation::ResumeInstance)
    }

    pub fn suspend(&self) -> impl Iterator<Item = Operation> + use<'_> {
        self.instances.iter().copied().map(Operation::SuspendInstance)
    }

    pub fn terminate(&self) -> impl Iterator<Item = Operation> + use<'_> {
        self.instances.iter().copied().map(Operation::TerminateInstance)
    }
}

/// Groups instances by a field, ordered by its value.
pub fn group_by(instances: &[InstanceView], field: InstanceField) -> Vec<InstanceGroup> {
    let mut groups: BTreeMap<String, Vec<InstanceId>> = BTreeMap::new();
    for view in instances {
        groups.entry(field.of(view)).or_default().push(view.id);
    }
    groups.into_iter().map(|(value, instances)| InstanceGroup { value, instances }).collect()
}
