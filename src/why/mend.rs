//! The single changes that fixes are made of. Each gives `None` when the application has no place for it.

use super::fix::Draft;
use crate::message::{Name, Value, format_value};
use crate::model::edit::{CorrelationUse, Declaration, Edit, Part, Physical, fresh_id, fresh_name};
use crate::model::{
    Application, Authentication, Binding, CorrelationSet, CorrelationType, Filter, FilterOperator, FilterRow,
    Id, Polarity, PortBinding, PortState, ReceiveLocation, ReceivePort, SendPort, ServiceBinding,
    ServiceState, Shape, ShapeKind,
};
use crate::xml::SchemaSet;
use crate::xml::promote::{Mark, mark};

/// Whose filter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterOf {
    SendPort(Name),
    SendPortGroup(Name),
    /// An activate receive: orchestration and shape.
    Receive(Name, Name),
}

impl FilterOf {
    pub fn name(self) -> String {
        match self {
            Self::SendPort(name) => format!("send port {name}"),
            Self::SendPortGroup(name) => format!("send port group {name}"),
            Self::Receive(service, _) => service.to_string(),
        }
    }

    pub fn rows(self, application: &Application) -> Option<Filter> {
        match self {
            Self::SendPort(name) => Some(application.bindings.send_port(name.as_str())?.filter.clone()),
            Self::SendPortGroup(name) => {
                let groups = application.bindings.send_port_groups.iter();
                Some(groups.clone().find(|group| group.name == name.as_str())?.filter.clone())
            }
            Self::Receive(service, shape) => {
                let (_, shape) = shape_of(application, service, shape)?;
                match &shape.kind {
                    ShapeKind::Receive(receive) => Some(receive.filter.clone()),
                    _ => None,
                }
            }
        }
    }

    fn edit(self, application: &Application, filter: Filter) -> Option<Edit> {
        Some(match self {
            Self::SendPort(name) => {
                let port = application.bindings.send_port(name.as_str())?;
                set(Physical::SendPort(Box::new(SendPort { filter, ..port.clone() })))
            }
            Self::SendPortGroup(name) => {
                let groups = &application.bindings.send_port_groups;
                let mut group = groups.iter().find(|group| group.name == name.as_str())?.clone();
                group.filter = filter;
                set(Physical::SendPortGroup(group))
            }
            Self::Receive(service, id) => {
                let (module, shape) = shape_of(application, service, id)?;
                let ShapeKind::Receive(receive) = &shape.kind else { return None };
                let mut receive = receive.clone();
                receive.filter = filter;
                Edit::SetKind { module, shape: shape.id.clone(), kind: ShapeKind::Receive(receive) }
            }
        })
    }
}

/// Replaces an element by its changed form under the same name.
fn set(element: Physical) -> Edit {
    Edit::SetPhysical { replaces: Some(element.name().to_owned()), element }
}

/// Key of an orchestration's module.
pub fn module_of(application: &Application, service: Name) -> Option<String> {
    let mut modules = application.modules.iter();
    let named = modules.find(|(_, module)| {
        module.orchestration.as_ref().is_some_and(|o| module.full_name(&o.name) == service.as_str())
    });
    named.map(|(key, _)| key.clone())
}

fn shape_of(application: &Application, service: Name, shape: Name) -> Option<(String, Shape)> {
    let key = module_of(application, service)?;
    let orchestration = application.modules.get(&key)?.orchestration.as_ref()?;
    let shape = orchestration.shape(&Id::from(shape.as_str()))?;
    Some((key, shape.clone()))
}

/// A constant as a filter writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Value::DateTime(_) | Value::Guid(_) => format!("\"{}\"", value.to_xml()),
        Value::Bool(_) => value.to_xml(),
        other => format_value(other),
    }
}

/// The row of a filter behind a predicate, by property and value.
fn row_of(rows: &[FilterRow], property: Name, operator: FilterOperator, value: &Value) -> Option<usize> {
    let named = |row: &&FilterRow| row.property == property.as_str() && row.operator == operator;
    let written = literal(value);
    let exact = rows
        .iter()
        .position(|row| named(&row) && (operator == FilterOperator::Exists || row.value.trim() == written));
    exact.or_else(|| rows.iter().position(|row| named(&row)))
}

/// Lets a row of a filter hold for the value that a message has.
pub fn correct_row(
    draft: &mut Draft,
    of: FilterOf,
    property: Name,
    operator: FilterOperator,
    value: &Value,
    actual: &Value,
) -> Option<()> {
    let mut rows = of.rows(&draft.application)?;
    let at = row_of(&rows, property, operator, value)?;
    let row = rows.get_mut(at)?;
    row.operator = match operator {
        FilterOperator::NotEquals => FilterOperator::Equals,
        FilterOperator::LessThan => FilterOperator::LessThanOrEqual,
        FilterOperator::GreaterThan => FilterOperator::GreaterThanOrEqual,
        other => other,
    };
    row.value = literal(actual);
    let text = format!("{property} {} {}", row.operator.symbol(), row.value);
    let edit = of.edit(&draft.application, rows)?;
    draft.add(format!("Correct the filter of {} to {text}", of.name()), edit)
}

/// Asks for another property in a row.
pub fn replace_row(
    draft: &mut Draft,
    of: FilterOf,
    (property, operator, value): (Name, FilterOperator, &Value),
    (by, with): (Name, &Value),
) -> Option<()> {
    let mut rows = of.rows(&draft.application)?;
    let at = row_of(&rows, property, operator, value)?;
    let row = rows.get_mut(at)?;
    by.as_str().clone_into(&mut row.property);
    row.value = literal(with);
    let text = format!("{by} {} {}", row.operator.symbol(), row.value);
    let edit = of.edit(&draft.application, rows)?;
    draft.add(format!("Filter {} by {text}", of.name()), edit)
}

/// Takes a row out of a filter.
pub fn drop_row(
    draft: &mut Draft,
    of: FilterOf,
    property: Name,
    operator: FilterOperator,
    value: &Value,
) -> Option<()> {
    let mut rows = of.rows(&draft.application)?;
    let at = row_of(&rows, property, operator, value)?;
    let gone = rows.remove(at);
    // What stood before it is now joined to what follows as the row was.
    if let Some(before) = at.checked_sub(1).and_then(|at| rows.get_mut(at)) {
        before.grouping = gone.grouping;
    }
    let edit = of.edit(&draft.application, rows)?;
    draft.add(format!("Take {property} out of the filter of {}", of.name()), edit)
}

/// Gives a send port or group without a filter one.
pub fn first_row(draft: &mut Draft, of: FilterOf, property: Name, value: &Value) -> Option<()> {
    let rows = of.rows(&draft.application).filter(Vec::is_empty)?;
    let row = FilterRow { property: property.to_string(), value: literal(value), ..FilterRow::default() };
    let text = format!("{property} == {}", row.value);
    let edit = of.edit(&draft.application, rows.into_iter().chain([row]).collect())?;
    draft.add(format!("Let {} take what has {text}", of.name()), edit)
}

pub fn start_send_port(draft: &mut Draft, name: Name) -> Option<()> {
    let port = draft.application.bindings.send_port(name.as_str())?;
    let edit = set(Physical::SendPort(Box::new(SendPort { state: PortState::Started, ..port.clone() })));
    draft.add(format!("Start send port {name}"), edit)
}

/// Starts a group, and its members when none is enlisted (TX-12).
pub fn start_group(draft: &mut Draft, name: Name) -> Option<()> {
    let groups = &draft.application.bindings.send_port_groups;
    let mut group = groups.iter().find(|group| group.name == name.as_str())?.clone();
    let members: Vec<Name> = group.ports.iter().map(|port| Name::new(port)).collect();
    let starts = |port: &Name| {
        draft.application.bindings.send_port(port.as_str()).is_some_and(|p| p.state == PortState::Started)
    };
    if !members.iter().any(starts) {
        start_send_port(draft, *members.first()?)?;
    }
    if group.state != PortState::Started {
        group.state = PortState::Started;
        draft.add(format!("Start send port group {name}"), set(Physical::SendPortGroup(group)))?;
    }
    Some(())
}

fn service_binding(application: &Application, service: Name) -> ServiceBinding {
    application
        .bindings
        .service(service.as_str())
        .cloned()
        .unwrap_or_else(|| ServiceBinding { orchestration: service.to_string(), ..ServiceBinding::default() })
}

fn set_service(application: &Application, binding: ServiceBinding) -> Edit {
    let replaces = application.bindings.service(&binding.orchestration).map(|s| s.orchestration.clone());
    Edit::SetPhysical { replaces, element: Physical::Service(binding) }
}

/// Starts an orchestration, with the send ports it is bound to (OST-3).
pub fn start_service(draft: &mut Draft, service: Name) -> Option<()> {
    let mut binding = service_binding(&draft.application, service);
    let ports: Vec<PortBinding> = binding.ports.values().cloned().collect();
    if binding.state != ServiceState::Started {
        binding.state = ServiceState::Started;
        let edit = set_service(&draft.application, binding);
        draft.add(format!("Start orchestration {service}"), edit)?;
    }
    for port in ports {
        match port {
            PortBinding::SendPort(name) => {
                let bound = draft.application.bindings.send_port(&name).map(|port| port.state);
                if bound == Some(PortState::Bound) {
                    start_send_port(draft, Name::new(&name))?;
                }
            }
            PortBinding::SendPortGroup(name) => start_group(draft, Name::new(&name))?,
            PortBinding::ReceivePort(_) => {}
        }
    }
    Some(())
}

/// Binds a logical port: to the receive port a message came through, or to the only port that fits.
pub fn bind(draft: &mut Draft, service: Name, port: Name, received: Option<Name>) -> Option<()> {
    let key = module_of(&draft.application, service)?;
    let module = draft.application.modules.get(&key)?;
    let logical = module.orchestration.as_ref()?.port(port.as_str())?;
    if logical.binding != Binding::SpecifyLater {
        return None;
    }
    let two_way = draft.application.port_type(module, &logical.port_type)?.pattern
        == crate::model::CommunicationPattern::RequestResponse;
    let candidates = draft.application.bindings.candidates(logical.polarity, two_way);
    let came = received.map(|name| PortBinding::ReceivePort(name.to_string()));
    let chosen = match (logical.polarity, came) {
        (Polarity::Implements, Some(came)) => candidates.into_iter().find(|c| *c == came)?,
        (Polarity::Implements, None) | (Polarity::Uses, _) => candidates.into_iter().next()?,
    };
    let to = match &chosen {
        PortBinding::ReceivePort(name) => format!("receive port {name}"),
        PortBinding::SendPort(name) => format!("send port {name}"),
        PortBinding::SendPortGroup(name) => format!("send port group {name}"),
    };
    let mut binding = service_binding(&draft.application, service);
    binding.ports.insert(port.to_string(), chosen);
    if binding.state == ServiceState::Unbound {
        binding.state = ServiceState::Started;
    }
    let edit = set_service(&draft.application, binding);
    draft.add(format!("Bind port {port} of {service} to {to}"), edit)
}

/// Changes a receive location of a receive port.
pub fn change_location(
    draft: &mut Draft,
    title: String,
    location: Name,
    change: impl FnOnce(&mut ReceiveLocation),
) -> Option<()> {
    let holds = |port: &&ReceivePort| port.locations.iter().any(|l| l.name == location.as_str());
    let mut port = draft.application.bindings.receive_ports.iter().find(holds)?.clone();
    change(port.locations.iter_mut().find(|l| l.name == location.as_str())?);
    draft.add(title, set(Physical::ReceivePort(port)))
}

/// Lets a location read its messages as XML, so that they have a type and properties (RX-7).
pub fn parse(draft: &mut Draft, location: Name) -> Option<()> {
    let title = format!("Receive with XMLReceive at {location}");
    let specified = draft.application.modules.iter().find_map(|(key, module)| {
        let orchestration = module.orchestration.as_ref()?;
        let full = module.full_name(&orchestration.name);
        let port = orchestration.ports.iter().find(|p| location.as_str() == format!("{full}.{}", p.name))?;
        let Binding::SpecifyNow(now) = &port.binding else { return None };
        let mut now = now.clone();
        "XMLReceive".clone_into(&mut now.receive_pipeline);
        let binding = Binding::SpecifyNow(now);
        Some(Edit::BindPort { module: key.clone(), port: port.name.clone(), binding })
    });
    match specified {
        Some(edit) => draft.add(title, edit),
        None => change_location(draft, title, location, |l| "XMLReceive".clone_into(&mut l.receive_pipeline)),
    }
}

/// Changes a receive port.
pub fn change_receive_port(
    draft: &mut Draft,
    title: String,
    name: Name,
    change: impl FnOnce(&mut ReceivePort),
) -> Option<()> {
    let mut port = draft.application.bindings.receive_port(name.as_str())?.clone();
    change(&mut port);
    draft.add(title, set(Physical::ReceivePort(port)))
}

pub fn accept_strangers(draft: &mut Draft, port: Name) -> Option<()> {
    let title = format!("Let receive port {port} take messages of senders it does not know");
    change_receive_port(draft, title, port, |p| p.authentication = Authentication::None)
}

/// Promotes the field of a message type that has the property's name, of a class or a schema (MSG-10).
pub fn promote(draft: &mut Draft, schemas: &SchemaSet, message_type: &str, property: Name) -> Option<()> {
    let local = property.as_str().rsplit('.').next()?;
    if let Some(class) = schemas.class_of(message_type) {
        let mut settings = draft.application.settings.clone();
        let declared = settings.classes.iter_mut().find(|c| c.name == class.name.as_str())?;
        let field = declared.fields.iter_mut().find(|f| f.name.eq_ignore_ascii_case(local))?;
        field.promoted = Some(property.to_string());
        let title = format!("Promote {}.{} to {property}", declared.name, field.name);
        return draft.add(title, Edit::Set(Part::Settings(settings)));
    }
    if schemas.root(message_type)?.promoted.iter().any(|field| field.property == property) {
        return None;
    }
    let path = schemas.field_for(message_type, property)?;
    let file = schemas.file_of(message_type)?;
    let before = draft.application.schemas.get(file)?;
    let text = mark(file, before, &path, &Mark::Promoted(property.to_string()), schemas).ok()?;
    let title = format!("Promote {path} of {file} to {property}");
    let file = file.to_owned();
    draft.add(title, Edit::Set(Part::Schema(file, Some(text))))
}

/// Promotes a written property on a send by initializing a correlation set with it there (COR-11).
pub fn initialize_on_send(draft: &mut Draft, service: Name, port: Name, property: Name) -> Option<()> {
    let key = module_of(&draft.application, service)?;
    let module = draft.application.modules.get(&key)?;
    let orchestration = module.orchestration.as_ref()?;
    let sends = |shape: &&&Shape| matches!(&shape.kind, ShapeKind::Send(send) if send.port == port.as_str());
    let shapes = orchestration.shapes();
    let shape = (**shapes.iter().find(sends)?).clone();
    let local = property.as_str().rsplit('.').next()?;
    let type_name = fresh_name(module, &format!("{local}Type"));
    let types = module.correlation_types.len();
    let sets = orchestration.correlation_sets.len();
    let correlation_type = CorrelationType {
        name: type_name.clone(),
        id: fresh_id(module, "correlationtype"),
        properties: vec![property.to_string()],
        ..CorrelationType::default()
    };
    let declaration = Declaration::CorrelationType(correlation_type);
    draft.add("", Edit::Declare { module: key.clone(), scope: None, index: types, declaration })?;
    let module = draft.application.modules.get(&key)?;
    let (set_name, id) = (fresh_name(module, &format!("By{local}")), fresh_id(module, "correlationset"));
    let set = CorrelationSet {
        name: set_name.clone(),
        id,
        correlation_type: type_name,
        ..CorrelationSet::default()
    };
    let declaration = Declaration::CorrelationSet(set);
    draft.add("", Edit::Declare { module: key.clone(), scope: None, index: sets, declaration })?;
    let usage = CorrelationUse::Initialize;
    let title = format!("Initialize a correlation set with {property} in \"{}\"", shape.name);
    draft.add(title, Edit::Correlate { module: key, shape: shape.id, set: set_name, usage })
}
