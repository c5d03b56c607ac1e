//! Tiny applications in a few words. Everything is in namespace `T`; messages are of class types.

use orchestrion::model::*;

pub const IN: Polarity = Polarity::Implements;
pub const OUT: Polarity = Polarity::Uses;

/// Bound to a receive port.
pub fn rp(name: &str) -> PortBinding {
    PortBinding::ReceivePort(name.into())
}

/// Bound to a send port.
pub fn sp(name: &str) -> PortBinding {
    PortBinding::SendPort(name.into())
}

/// A filter on one promoted property with a text value.
pub fn equals(property: &str, value: &str) -> Filter {
    vec![FilterRow { property: property.into(), value: format!("\"{value}\""), ..Default::default() }]
}

/// An application under construction.
#[derive(Default)]
pub struct App(pub Application);

pub fn app() -> App {
    App::default()
}

/// An orchestration under construction.
pub struct Orch {
    pub name: String,
    pub o: Orchestration,
    pub correlation_types: Vec<CorrelationType>,
    pub port_types: Vec<PortType>,
    pub multipart_types: Vec<MultipartType>,
}

impl App {
    /// A class message type `name` with string fields, each promoted to `P.<field>`.
    pub fn class(mut self, name: &str, fields: &[&str]) -> Self {
        for field in fields {
            self = self.property(field, "string");
        }
        let fields = fields.iter().map(|f| ClassField {
            name: (*f).into(),
            field_type: "System.String".into(),
            promoted: Some(format!("P.{f}")),
            ..Default::default()
        });
        self.0.settings.classes.push(ClassType {
            name: format!("T.{name}"),
            root: name.into(),
            namespace: "http://t".into(),
            fields: fields.collect(),
        });
        self
    }

    /// Property `P.<name>` of a simple XSD type.
    pub fn property(mut self, name: &str, xsd_type: &str) -> Self {
        let line = format!(
            "<xs:element name='{name}' type='xs:{xsd_type}'><xs:annotation><xs:appinfo>\
             <b:fieldInfo xmlns:b='http://schemas.microsoft.com/BizTalk/2003'/>\
             </xs:appinfo></xs:annotation></xs:element>"
        );
        let text = self.0.schemas.entry("schemas/P.xsd".into()).or_insert_with(|| {
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='http://t/P'>\
             <xs:annotation><xs:appinfo><b:schemaInfo xmlns:b='http://schemas.microsoft.com/BizTalk/2003' \
             schema_type='property'/></xs:appinfo></xs:annotation></xs:schema>"
                .into()
        });
        if !text.contains(&format!("name='{name}'")) {
            *text = text.replace("</xs:schema>", &format!("{line}</xs:schema>"));
        }
        self
    }

    pub fn receive_port(mut self, name: &str, pipeline: &str) -> Self {
        self.0.bindings.receive_ports.push(ReceivePort {
            name: name.into(),
            locations: vec![ReceiveLocation {
                name: format!("{name}-RL"),
                transport: "QUEUE".into(),
                address: format!("queue://{name}"),
                receive_pipeline: pipeline.into(),
                enabled: true,
                ..Default::default()
            }],
            ..Default::default()
        });
        self
    }

    /// Changes the last receive port.
    pub fn with_receive_port(mut self, change: impl FnOnce(&mut ReceivePort)) -> Self {
        change(self.0.bindings.receive_ports.last_mut().unwrap());
        self
    }

    /// Sets a pipeline property at the location of the last receive port.
    pub fn pipeline_property(self, name: &str, value: &str) -> Self {
        self.with_receive_port(|port| {
            port.locations[0].pipeline_properties.insert(name.into(), value.into());
        })
    }

    /// A started group of send ports.
    pub fn group(mut self, name: &str, ports: &[&str]) -> Self {
        self.0.bindings.send_port_groups.push(SendPortGroup {
            name: name.into(),
            ports: ports.iter().map(|p| (*p).into()).collect(),
            ..Default::default()
        });
        self
    }

    /// A map of class messages that copies one field, `from.field` to `to.field`.
    pub fn map(mut self, name: &str, from: &str, to: &str) -> Self {
        let ((source, source_field), (target, target_field)) =
            (from.split_once('.').unwrap(), to.split_once('.').unwrap());
        let rule = MapRule {
            to: format!("/{target}/{target_field}"),
            value: MapValue::Link(format!("/{source}/{source_field}")),
        };
        self.0.maps.insert(
            name.into(),
            Map {
                name: name.into(),
                sources: vec![format!("http://t#{source}")],
                targets: vec![format!("http://t#{target}")],
                rules: vec![rule],
                ..Default::default()
            },
        );
        self
    }

    /// A started send port to `queue://<name>`.
    pub fn send_port(mut self, name: &str) -> Self {
        self.0.bindings.send_ports.push(SendPort {
            name: name.into(),
            send_pipeline: "XMLTransmit".into(),
            receive_pipeline: "XMLReceive".into(),
            priority: 5,
            primary: Some(Transport {
                transport: "QUEUE".into(),
                address: format!("queue://{name}"),
                retry_count: 0,
                ..Default::default()
            }),
            ..Default::default()
        });
        self
    }

    /// Changes the last send port.
    pub fn with_send_port(mut self, change: impl FnOnce(&mut SendPort)) -> Self {
        change(self.0.bindings.send_ports.last_mut().unwrap());
        self
    }

    /// Binds a logical port of an orchestration.
    pub fn bind(mut self, orchestration: &str, port: &str, to: PortBinding) -> Self {
        let full = format!("T.{orchestration}");
        let services = &mut self.0.bindings.services;
        if !services.iter().any(|s| s.orchestration == full) {
            services.push(ServiceBinding { orchestration: full.clone(), ..Default::default() });
        }
        let service = services.iter_mut().find(|s| s.orchestration == full).unwrap();
        service.ports.insert(port.into(), to);
        self
    }

    pub fn state(mut self, orchestration: &str, state: ServiceState) -> Self {
        let full = format!("T.{orchestration}");
        self.0.bindings.services.push(ServiceBinding { orchestration: full, state, ..Default::default() });
        self
    }

    pub fn configure(mut self, key: &str, value: &str) -> Self {
        self.0.settings.configuration.insert(key.into(), value.into());
        self
    }

    /// An exception type `T.<name>` that derives from `base`.
    pub fn exception(mut self, name: &str, base: &str) -> Self {
        self.0.settings.exceptions.push(ExceptionType { name: format!("T.{name}"), base: base.into() });
        self
    }

    pub fn orchestration(mut self, orch: Orch) -> Self {
        let module = Module {
            namespace: "T".into(),
            port_types: orch.port_types,
            correlation_types: orch.correlation_types,
            multipart_types: orch.multipart_types,
            orchestration: Some(orch.o),
            ..Default::default()
        };
        self.0.modules.insert(orch.name, module);
        self
    }
}

pub fn orch(name: &str) -> Orch {
    let o = Orchestration { name: name.into(), modifier: TypeModifier::Public, ..Default::default() };
    Orch { name: name.into(), o, correlation_types: vec![], port_types: vec![], multipart_types: vec![] }
}

impl Orch {
    /// A one-way port with one operation `Op` of a class message type.
    pub fn port(self, name: &str, polarity: Polarity, class: &str, binding: Binding) -> Self {
        self.port_of(name, polarity, binding, &[("Op", class, None)])
    }

    /// A port with operations `(name, request, response)`; two-way when the first has a response.
    pub fn port_of(
        mut self,
        name: &str,
        polarity: Polarity,
        binding: Binding,
        operations: &[(&str, &str, Option<&str>)],
    ) -> Self {
        let port_type = format!("{}{name}Type", self.name);
        let two_way = operations.iter().any(|(_, _, response)| response.is_some());
        self.port_types.push(PortType {
            name: port_type.clone(),
            modifier: TypeModifier::Public,
            pattern: if two_way {
                CommunicationPattern::RequestResponse
            } else {
                CommunicationPattern::OneWay
            },
            operations: operations
                .iter()
                .map(|(name, request, response)| Operation {
                    name: (*name).into(),
                    request: typed(request),
                    response: response.map(typed),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        });
        self.o.ports.push(Port {
            name: name.into(),
            id: format!("port-{name}").into(),
            port_type,
            polarity,
            binding,
            ..Default::default()
        });
        self
    }

    /// Changes the last port.
    pub fn with_port(mut self, change: impl FnOnce(&mut Port)) -> Self {
        change(self.o.ports.last_mut().unwrap());
        self
    }

    pub fn message(mut self, name: &str, class: &str) -> Self {
        self.o.messages.push(Message { name: name.into(), message_type: typed(class), ..Default::default() });
        self
    }

    pub fn variable(mut self, name: &str, variable_type: &str, initial: &str) -> Self {
        self.o.variables.push(Variable {
            name: name.into(),
            variable_type: variable_type.into(),
            initial_value: (!initial.is_empty()).then(|| initial.into()),
            ..Default::default()
        });
        self
    }

    /// A correlation set with a type of its own over `P.<property>`.
    pub fn set(mut self, name: &str, properties: &[&str]) -> Self {
        let correlation_type = format!("{}{name}Type", self.name);
        self.correlation_types.push(CorrelationType {
            name: correlation_type.clone(),
            modifier: TypeModifier::Public,
            properties: properties.iter().map(|p| format!("P.{p}")).collect(),
            ..Default::default()
        });
        self.o.correlation_sets.push(CorrelationSet {
            name: name.into(),
            correlation_type,
            ..Default::default()
        });
        self
    }

    pub fn parameter(mut self, direction: Direction, kind: ParameterKind) -> Self {
        self.o.parameters.push(Parameter { direction, kind });
        self
    }

    pub fn body(mut self, body: Block) -> Self {
        self.o.body = body;
        self
    }
}

/// Full name of a class type; a .NET type stays as it is.
fn typed(class: &str) -> String {
    if class.starts_with("System.") { class.into() } else { format!("T.{class}") }
}

/// A shape whose id is its name.
pub fn shape(name: &str, kind: ShapeKind) -> Shape {
    Shape { id: name.into(), name: name.into(), kind, ..Default::default() }
}

/// `port.operation`, activating.
pub fn activate(port: &str, message: &str) -> Shape {
    receive(port, message).edit_receive(|r| r.activate = true)
}

/// Receives operation `Op`, or the one after the dot, into a message. Named `receive <message>`.
pub fn receive(port: &str, message: &str) -> Shape {
    let (port, operation) = split(port);
    let receive = Receive { port, operation, message: message.into(), ..Default::default() };
    shape(&format!("receive {message}"), ShapeKind::Receive(receive))
}

pub fn send(port: &str, message: &str) -> Shape {
    let (port, operation) = split(port);
    let send = Send { port, operation, message: message.into(), ..Default::default() };
    shape(&format!("send {message}"), ShapeKind::Send(send))
}

fn split(port: &str) -> (String, String) {
    match port.split_once('.') {
        Some((port, operation)) => (port.into(), operation.into()),
        None => (port.into(), "Op".into()),
    }
}

pub fn construct(message: &str, text: &str) -> Shape {
    let assign =
        shape(&format!("assign {message}"), ShapeKind::MessageAssignment(Code { text: text.into() }));
    let construct = Construct { messages: vec![message.into()], body: vec![assign] };
    shape(&format!("construct {message}"), ShapeKind::Construct(construct))
}

pub fn expression(name: &str, text: &str) -> Shape {
    shape(name, ShapeKind::Expression(Code { text: text.into() }))
}

pub fn delay(name: &str, text: &str) -> Shape {
    shape(name, ShapeKind::Delay(Code { text: text.into() }))
}

pub fn terminate(name: &str, text: &str) -> Shape {
    shape(name, ShapeKind::Terminate(Code { text: text.into() }))
}

pub fn suspend(name: &str, text: &str) -> Shape {
    shape(name, ShapeKind::Suspend(Code { text: text.into() }))
}

pub fn while_loop(name: &str, condition: &str, body: Block) -> Shape {
    shape(name, ShapeKind::Loop(Loop { condition: condition.into(), body }))
}

/// Branches `(condition, body)`; the last, with an empty condition, is the else branch.
pub fn decide(name: &str, branches: Vec<(&str, Block)>) -> Shape {
    let branches = branches
        .into_iter()
        .enumerate()
        .map(|(at, (condition, body))| Branch {
            id: format!("{name} {at}").into(),
            name: format!("{name} {at}"),
            condition: condition.into(),
            body,
            ..Default::default()
        })
        .collect();
    shape(name, ShapeKind::Decide(Branches { branches }))
}

pub fn listen(name: &str, branches: Vec<Block>) -> Shape {
    shape(name, ShapeKind::Listen(plain_branches(name, branches)))
}

pub fn parallel(name: &str, branches: Vec<Block>) -> Shape {
    shape(name, ShapeKind::Parallel(plain_branches(name, branches)))
}

fn plain_branches(name: &str, branches: Vec<Block>) -> Branches {
    let branches = branches
        .into_iter()
        .enumerate()
        .map(|(at, body)| Branch {
            id: format!("{name} {at}").into(),
            name: format!("{name} {at}"),
            body,
            ..Default::default()
        })
        .collect();
    Branches { branches }
}

/// A scope without transaction and one catch block for an exception type; "" is General Exception.
pub fn try_catch(name: &str, body: Block, exception: &str, handler: Block) -> Shape {
    let catch = Catch {
        id: format!("{name} catch").into(),
        name: format!("{name} catch"),
        exception: if exception.is_empty() {
            CatchType::General
        } else {
            CatchType::Exception(exception.into())
        },
        variable: if exception.is_empty() { String::new() } else { "ex".into() },
        body: handler,
        ..Default::default()
    };
    shape(name, ShapeKind::Scope(Scope { body, catches: vec![catch], ..Default::default() }))
}

/// A scope without transaction and a catch block for each exception type; "" is General Exception.
pub fn try_catches(name: &str, body: Block, handlers: Vec<(&str, Block)>) -> Shape {
    let catches = handlers.into_iter().enumerate().map(|(at, (exception, handler))| Catch {
        id: format!("{name} catch {at}").into(),
        name: format!("{name} catch {at}"),
        exception: match exception {
            "" => CatchType::General,
            exception => CatchType::Exception(exception.into()),
        },
        variable: if exception.is_empty() { String::new() } else { format!("ex{at}") },
        body: handler,
        ..Default::default()
    });
    shape(name, ShapeKind::Scope(Scope { body, catches: catches.collect(), ..Default::default() }))
}

pub fn throw(name: &str, variable: &str) -> Shape {
    shape(name, ShapeKind::Throw(Throw { exception: (!variable.is_empty()).then(|| variable.into()) }))
}

/// Arguments by name, all In.
pub fn call(name: &str, orchestration: &str, arguments: &[(&str, Direction)]) -> Shape {
    shape(name, ShapeKind::Call(call_of(orchestration, arguments)))
}

pub fn start(name: &str, orchestration: &str, arguments: &[(&str, Direction)]) -> Shape {
    shape(name, ShapeKind::Start(call_of(orchestration, arguments)))
}

fn call_of(orchestration: &str, arguments: &[(&str, Direction)]) -> Call {
    let arguments = arguments
        .iter()
        .map(|(name, direction)| Argument { name: (*name).into(), direction: *direction })
        .collect();
    Call { orchestration: format!("T.{orchestration}"), identifier: String::new(), arguments }
}

pub trait ShapeExt {
    fn edit_receive(self, change: impl FnOnce(&mut Receive)) -> Shape;
    fn edit_send(self, change: impl FnOnce(&mut Send)) -> Shape;
    fn named(self, name: &str) -> Shape;
    fn initializes(self, set: &str) -> Shape;
    fn follows(self, set: &str) -> Shape;
    fn response(self) -> Shape;
    /// Filter rows `property operator value`, joined by AND.
    fn filter(self, rows: &[(&str, FilterOperator, &str)]) -> Shape;
}

impl ShapeExt for Shape {
    fn edit_receive(mut self, change: impl FnOnce(&mut Receive)) -> Shape {
        if let ShapeKind::Receive(receive) = &mut self.kind {
            change(receive);
        }
        self
    }

    fn edit_send(mut self, change: impl FnOnce(&mut Send)) -> Shape {
        if let ShapeKind::Send(send) = &mut self.kind {
            change(send);
        }
        self
    }

    fn named(mut self, name: &str) -> Shape {
        self.name = name.into();
        self.id = name.into();
        self
    }

    fn initializes(self, set: &str) -> Shape {
        self.edit_receive(|r| r.initializes.push(set.into())).edit_send(|s| s.initializes.push(set.into()))
    }

    fn follows(self, set: &str) -> Shape {
        self.edit_receive(|r| r.follows.push(set.into())).edit_send(|s| s.follows.push(set.into()))
    }

    fn response(self) -> Shape {
        self.edit_receive(|r| r.leg = Leg::Response).edit_send(|s| s.leg = Leg::Response)
    }

    fn filter(self, rows: &[(&str, FilterOperator, &str)]) -> Shape {
        self.edit_receive(|r| {
            r.filter = rows
                .iter()
                .map(|(property, operator, value)| FilterRow {
                    property: (*property).into(),
                    operator: *operator,
                    value: (*value).into(),
                    grouping: Grouping::And,
                })
                .collect();
        })
    }
}
