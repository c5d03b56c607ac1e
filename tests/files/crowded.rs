//! An application in which every kind of thing occurs and hardly any property has its default.

#[path = "crowded/scenario.rs"]
mod scenario;

use orchestrion::model::*;
use scenario::{rules, scenario, vocabulary};

fn shape(id: &str, kind: ShapeKind) -> Shape {
    let name = format!("{}_{id}", kind.label().replace(' ', ""));
    Shape { id: id.into(), name, comments: "as \"written\"\nby hand".into(), report_to_analyst: true, kind }
}

fn code(text: &str) -> Code {
    Code { text: text.into() }
}

fn branch(id: &str, condition: &str, body: Block) -> Branch {
    Branch {
        id: id.into(),
        name: format!("Rule_{id}"),
        condition: condition.into(),
        body,
        ..Branch::default()
    }
}

fn branches(branches: Vec<Branch>) -> Branches {
    Branches { branches }
}

fn message(name: &str) -> Message {
    Message { name: name.into(), message_type: "Order".into(), comments: "#\"#".into(), ..Message::default() }
}

fn variable(name: &str) -> Variable {
    Variable {
        name: name.into(),
        id: format!("v_{name}").into(),
        variable_type: "System.Int32".into(),
        initial_value: Some(String::new()),
        use_default_constructor: true,
        ..Variable::default()
    }
}

fn set(name: &str) -> CorrelationSet {
    CorrelationSet {
        name: name.into(),
        correlation_type: "OrderCorrelation".into(),
        ..CorrelationSet::default()
    }
}

fn filter() -> Filter {
    vec![
        FilterRow {
            property: "Orders.Status".into(),
            value: "\"ACCEPTED\"".into(),
            grouping: Grouping::Or,
            ..FilterRow::default()
        },
        FilterRow {
            property: "BTS.ReceivePortName".into(),
            operator: FilterOperator::Exists,
            ..FilterRow::default()
        },
    ]
}

fn port(name: &str, polarity: Polarity, binding: Binding) -> Port {
    Port {
        name: name.into(),
        id: format!("p_{name}").into(),
        port_type: "OrderPort".into(),
        polarity,
        binding,
        ordered_delivery: true,
        delivery_notification: DeliveryNotification::Transmitted,
        surface: PortSurface::Right,
        slot: Some(3),
        web_port: true,
        comments: "c".into(),
    }
}

fn role_link(name: &str) -> RoleLink {
    RoleLink {
        name: name.into(),
        role_link_type: "Supply".into(),
        role: "Supplier".into(),
        initiating: false,
        ..RoleLink::default()
    }
}

fn argument(name: &str, direction: Direction) -> Argument {
    Argument { name: name.into(), direction }
}

fn part(message: &str, part: &str) -> PartRef {
    PartRef { message: message.into(), part: part.into() }
}

fn body() -> Block {
    let construct = shape(
        "s3",
        ShapeKind::Construct(Construct {
            messages: vec!["Out".into()],
            body: vec![
                shape(
                    "s4",
                    ShapeKind::MessageAssignment(code("Out = In;\nOut.Text = \"a\\b\" + \"#\";\r\n// é\t")),
                ),
                shape(
                    "s5",
                    ShapeKind::Transform(Transform {
                        map: "OrderToAck".into(),
                        inputs: vec![part("In", "Body"), part("In", "")],
                        outputs: vec![part("Out", "")],
                    }),
                ),
            ],
        }),
    );
    let inner = shape(
        "s8",
        ShapeKind::Scope(Scope {
            transaction: Transaction::Atomic(Atomic {
                retry: false,
                batch: false,
                timeout: 0,
                isolation: IsolationLevel::ReadCommitted,
                distributed: true,
            }),
            transaction_id: "T2".into(),
            body: vec![shape("s9", ShapeKind::Expression(code("")))],
            compensation: Some(Compensation {
                id: "k2".into(),
                name: "Undo".into(),
                comments: "c".into(),
                ..Default::default()
            }),
            ..Scope::default()
        }),
    );
    let scope = shape(
        "s7",
        ShapeKind::Scope(Scope {
            transaction: Transaction::LongRunning(LongRunning { timeout: "60".into() }),
            transaction_id: "T1".into(),
            synchronized: true,
            messages: vec![message("Local")],
            variables: vec![variable("count")],
            correlation_sets: vec![set("LocalSet")],
            body: vec![
                inner,
                shape("s10", ShapeKind::Delay(code("new System.TimeSpan(0, 0, 5)"))),
                shape("s11", ShapeKind::Throw(Throw { exception: Some("error".into()) })),
            ],
            catches: vec![
                Catch {
                    id: "c1".into(),
                    name: "Catch_fault".into(),
                    exception: CatchType::Fault {
                        port: "Ask".into(),
                        operation: "Do".into(),
                        fault: "Refused".into(),
                    },
                    variable: "refused".into(),
                    body: vec![shape("s12", ShapeKind::Compensate(Compensate { transaction: "T2".into() }))],
                    comments: "why".into(),
                    report_to_analyst: true,
                },
                Catch {
                    id: "c2".into(),
                    name: "Catch_1".into(),
                    exception: CatchType::Exception("System.Exception".into()),
                    variable: "error".into(),
                    ..Catch::default()
                },
                Catch {
                    id: "c3".into(),
                    name: "Catch_all".into(),
                    body: vec![shape("s13", ShapeKind::Throw(Throw { exception: None }))],
                    ..Catch::default()
                },
            ],
            compensation: Some(Compensation {
                id: "k1".into(),
                name: "Compensation_1".into(),
                body: vec![shape("s14", ShapeKind::Suspend(code("\"stopped\"")))],
                report_to_analyst: true,
                ..Default::default()
            }),
        }),
    );
    let receive = |id: &str, set: &str| {
        shape(
            id,
            ShapeKind::Receive(Receive {
                port: "In".into(),
                operation: "Do".into(),
                message: "In".into(),
                follows: vec![set.into()],
                role_port_type: "OrderPort".into(),
                ..Receive::default()
            }),
        )
    };
    vec![
        shape(
            "s1",
            ShapeKind::Receive(Receive {
                port: "In".into(),
                operation: "Do".into(),
                leg: Leg::Response,
                message: "Request".into(),
                activate: true,
                filter: filter(),
                initializes: vec!["Orders".into()],
                ..Receive::default()
            }),
        ),
        shape(
            "s2",
            ShapeKind::Decide(branches(vec![
                branch("b1", "count > 0 && Request.Text == \"x\"", vec![construct]),
                branch("b2", "", vec![shape("s6", ShapeKind::Terminate(code("\"no\"")))]),
            ])),
        ),
        scope,
        shape(
            "s15",
            ShapeKind::Loop(Loop {
                condition: "count < 10".into(),
                body: vec![shape(
                    "s16",
                    ShapeKind::Listen(branches(vec![
                        branch("b3", "", vec![receive("s17", "Orders")]),
                        branch(
                            "b4",
                            "",
                            vec![shape("s18", ShapeKind::Delay(code("System.DateTime.UtcNow")))],
                        ),
                    ])),
                )],
            }),
        ),
        shape(
            "s19",
            ShapeKind::Parallel(branches(vec![
                branch(
                    "b5",
                    "",
                    vec![shape(
                        "s20",
                        ShapeKind::Call(Call {
                            orchestration: "Crowded.Stage".into(),
                            identifier: "T3".into(),
                            arguments: vec![
                                argument("Request", Direction::In),
                                argument("count", Direction::Ref),
                                argument("Out", Direction::Out),
                            ],
                        }),
                    )],
                ),
                branch(
                    "b6",
                    "",
                    vec![shape(
                        "s21",
                        ShapeKind::Start(Call { orchestration: "Crowded.Stage".into(), ..Call::default() }),
                    )],
                ),
            ])),
        ),
        shape(
            "s22",
            ShapeKind::CallRules(CallRules {
                policy: "Pricing".into(),
                version: Some(2),
                parameters: vec![part("Out", "")],
            }),
        ),
        shape(
            "s23",
            ShapeKind::Send(Send {
                port: "Out".into(),
                operation: "Do".into(),
                leg: Leg::Fault("Refused".into()),
                message: "Out".into(),
                initializes: vec!["Stages".into()],
                follows: vec!["Orders".into()],
                ..Send::default()
            }),
        ),
        shape("s24", ShapeKind::Group(Group::default())),
    ]
}

fn types() -> Module {
    let operation = Operation {
        name: "Do".into(),
        id: "o1".into(),
        request: "Order".into(),
        response: Some("Ack".into()),
        faults: vec![Fault { name: "Refused".into(), message_type: "Refusal".into(), comments: "no".into() }],
        request_label: MessageLabel { name: "Requête".into(), comments: "first".into() },
        response_label: MessageLabel::default(),
        comments: "x".into(),
    };
    Module {
        namespace: "Crowded".into(),
        target_xml_namespace: "urn:crowded".into(),
        port_types: vec![PortType {
            name: "OrderPort".into(),
            modifier: TypeModifier::Internal,
            pattern: CommunicationPattern::RequestResponse,
            operations: vec![operation],
            ..PortType::default()
        }],
        multipart_types: vec![MultipartType {
            name: "OrderMessage".into(),
            modifier: TypeModifier::Public,
            parts: vec![
                PartDeclaration {
                    name: "Routing".into(),
                    part_type: "Crowded.Routing".into(),
                    ..Default::default()
                },
                PartDeclaration {
                    name: "Body".into(),
                    part_type: "Order".into(),
                    body: true,
                    ..Default::default()
                },
            ],
            ..MultipartType::default()
        }],
        correlation_types: vec![CorrelationType {
            name: "OrderCorrelation".into(),
            properties: vec!["Orders.CustID".into(), "Orders.OrderID".into()],
            ..CorrelationType::default()
        }],
        role_link_types: vec![RoleLinkType {
            name: "Supply".into(),
            roles: vec![Role {
                name: "Supplier".into(),
                port_types: vec!["OrderPort".into()],
                comments: "c".into(),
            }],
            ..RoleLinkType::default()
        }],
        web_message_types: vec![WebMessageType {
            name: "Web".into(),
            url: "http://example.org/?wsdl".into(),
            operations: vec![WebOperation {
                name: "Web_request".into(),
                operation: "Do".into(),
                ..Default::default()
            }],
            ..WebMessageType::default()
        }],
        preserved: vec!["<om:Element Type=\"Task\" />\n".into()],
        ..Module::default()
    }
}

fn orchestration() -> Orchestration {
    let parameter = |direction, kind| Parameter { direction, kind };
    let now = SpecifyNow {
        transport: "FILE".into(),
        uri: "C:\\in\\*.xml".into(),
        receive_pipeline: "XMLReceive".into(),
        send_pipeline: "XMLTransmit".into(),
    };
    let partner = PartnerPort { orchestration: "Crowded.Stage".into(), port: "Work".into() };
    Orchestration {
        name: "Manager".into(),
        id: "orchestration".into(),
        modifier: TypeModifier::Public,
        transaction: Transaction::LongRunning(LongRunning::default()),
        transaction_id: "T0".into(),
        target_xml_namespace: "urn:manager".into(),
        comments: "Keeps the orders.".into(),
        invokable: Some(true),
        parameters: vec![
            parameter(Direction::Out, ParameterKind::Message(message("Answer"))),
            parameter(Direction::Ref, ParameterKind::Variable(variable("tries"))),
            parameter(Direction::In, ParameterKind::CorrelationSet(set("Given"))),
            parameter(Direction::In, ParameterKind::RoleLink(role_link("GivenLink"))),
            parameter(
                Direction::In,
                ParameterKind::Port(port("Given_Port", Polarity::Uses, Binding::SelfCorrelating)),
            ),
        ],
        ports: vec![
            port("In", Polarity::Implements, Binding::MessageBox),
            port("Out", Polarity::Uses, Binding::SpecifyLater),
            port("Now", Polarity::Uses, Binding::SpecifyNow(now)),
            port("Answer_Port", Polarity::Uses, Binding::Dynamic(DynamicBinding::default())),
            port("Ask", Polarity::Uses, Binding::Partner(partner)),
        ],
        role_links: vec![role_link("Suppliers")],
        messages: vec![message("Request"), message("Out_Order")],
        variables: vec![variable("total")],
        correlation_sets: vec![set("Orders"), set("Stages")],
        body: body(),
        compensation: Some(vec![shape("s25", ShapeKind::Expression(code("total = 0;")))]),
    }
}

fn bindings() -> Bindings {
    let transport = |address: &str| Transport {
        transport: "FILE".into(),
        address: address.into(),
        retry_count: 0,
        retry_interval: 1,
        service_window: Some(("08:00".into(), "18:00".into())),
        host: "Sending".into(),
        properties: [("CopyMode".into(), "1".into())].into(),
        property_types: [("CopyMode".into(), "19".into())].into(),
        delivery_notification: true,
    };
    let settings = PipelineComponent {
        stage: "Disassemble".into(),
        component: "XmlDasm".into(),
        properties: [("DocumentSpecNames".into(), String::new())].into(),
        property_types: [("DocumentSpecNames".into(), "nil".into())].into(),
        ..Default::default()
    };
    let certificate = Certificate { thumbprint: "E3F9".into(), usage: "Both".into(), ..Default::default() };
    Bindings {
        receive_ports: vec![ReceivePort {
            name: "Orders".into(),
            two_way: true,
            locations: vec![ReceiveLocation {
                name: "Files".into(),
                transport: "FILE".into(),
                address: "inbox/*.xml".into(),
                receive_pipeline: "XMLReceive".into(),
                send_pipeline: "XMLTransmit".into(),
                pipeline_properties: [("AllowUnrecognizedMessage".into(), "true".into())].into(),
                enabled: false,
                schedule: Some(Schedule {
                    start_date: Some("2026-01-31".into()),
                    stop_date: None,
                    window: Some(("08:00".into(), "18:00".into())),
                    time_zone: "Romance Standard Time".into(),
                    standard_time: true,
                    recurrence: Some(Recurrence {
                        from: "2026-01-31".into(),
                        interval: 2,
                        days: RecurrenceDays::Ordinal {
                            months: vec!["January".into()],
                            ordinal: "First".into(),
                            day: "Monday".into(),
                        },
                    }),
                }),
                host: "Receiving".into(),
                properties: [("Interval".into(), "1".into())].into(),
                property_types: [("Interval".into(), "3".into())].into(),
                component_properties: vec![settings.clone()],
                public_address: "http://example.org/orders".into(),
                primary: true,
                description: "d".into(),
            }],
            inbound_maps: vec!["OrderToAck".into()],
            outbound_maps: vec!["OrderToAck".into()],
            authentication: Authentication::Keep,
            route_failed_messages: true,
            send_pipeline: "PassThruTransmit".into(),
            application: "Other".into(),
            tracking: 51,
            ..ReceivePort::default()
        }],
        send_ports: vec![SendPort {
            name: "Acks".into(),
            two_way: true,
            dynamic: true,
            send_pipeline: "XMLTransmit".into(),
            receive_pipeline: "XMLReceive".into(),
            primary: Some(transport("outbox/%MessageID%.xml")),
            backup: Some(transport("backup/%MessageID%.xml")),
            filter: filter(),
            outbound_maps: vec!["OrderToAck".into()],
            ordered_delivery: true,
            stop_on_failure: true,
            priority: 1,
            route_failed_messages: true,
            state: PortState::Stopped,
            encryption_certificate: Some(certificate.clone()),
            component_properties: vec![settings],
            analytics: true,
            ..SendPort::default()
        }],
        send_port_groups: vec![SendPortGroup {
            name: "All".into(),
            ports: vec!["Acks".into()],
            filter: filter(),
            state: PortState::Bound,
            description: "d".into(),
            ..SendPortGroup::default()
        }],
        services: vec![ServiceBinding {
            orchestration: "Crowded.Manager".into(),
            host: "Main".into(),
            state: ServiceState::Stopped,
            ports: [
                ("In".into(), PortBinding::ReceivePort("Orders".into())),
                ("Now".into(), PortBinding::SendPort("Acks".into())),
                ("Out".into(), PortBinding::SendPortGroup("All".into())),
            ]
            .into(),
            tracking: "ServiceStartEnd MessageSendReceive".into(),
            ..ServiceBinding::default()
        }],
        parties: vec![Party {
            name: "Fabrikam".into(),
            aliases: vec![PartyAlias {
                name: "Organization".into(),
                qualifier: "OrganizationName".into(),
                value: "Fabrikam".into(),
                automatic: true,
            }],
            send_ports: vec!["Acks".into()],
            signature_certificate: Some(certificate),
            enlistments: vec![Enlistment {
                role_link_type: "Crowded.Supply".into(),
                role: "Supplier".into(),
                ports: [("OrderPort".into(), "Acks".into())].into(),
            }],
            ..Party::default()
        }],
        pipeline_tracking: [("XMLReceive".into(), "None".into())].into(),
        tracked_schemas: vec![TrackedSchema {
            schema: "Crowded.Order".into(),
            root: "Order".into(),
            all_properties: true,
            ..Default::default()
        }],
        assemblies: [("Crowded.Order".into(), "Crowded, Version=1.0.0.0".into())].into(),
        adapters: [("FILE".into(), Adapter { capabilities: 11, class_id: "5e49e3a6".into() })].into(),
    }
}

/// One of everything the mapper draws.
fn drawing() -> MapDrawing {
    let tree = |root: &str| MapTree {
        root: root.into(),
        schemas: vec![format!("./{root}.xsd")],
        joined: "<xs:schema>\n</xs:schema>".into(),
    };
    let input = |value| FunctoidInput { value, index: None, guid: String::new() };
    let concatenate = Functoid {
        id: 1,
        function: 107,
        x: 54,
        y: -3,
        inputs: vec![
            input(InputValue::Link(1)),
            FunctoidInput {
                index: Some(2),
                guid: "1693f8af".into(),
                ..input(InputValue::Constant("-".into()))
            },
        ],
        label: "id".into(),
        scripts: vec![Script {
            language: "CSharp".into(),
            text: "public string Same(string a)\n{ return a; }".into(),
            ..Script::default()
        }],
        table: Some(LoopTable { gated: true, columns: 1, rows: vec![vec!["1693f8af".into()]] }),
        ..Functoid::default()
    };
    let link = |id, from, to| MapLink {
        id,
        from,
        to,
        label: String::new(),
        copy: "CopyName".into(),
        directive: String::new(),
    };
    MapDrawing {
        source: tree("Order"),
        target: tree("Ack"),
        pages: vec![MapPage {
            name: "Page 1".into(),
            links: vec![
                link(1, LinkEnd::Node("/Order/Id".into()), LinkEnd::Functoid(1)),
                link(2, LinkEnd::Functoid(1), LinkEnd::Node("/Ack/Id".into())),
            ],
            functoids: vec![concatenate],
        }],
        constants: [("/Ack/Status".into(), "<empty>".into())].into(),
        test_values: [("/Order/Id".into(), "7".into())].into(),
        custom_xslt: Some(CustomXslt { path: "./own.xslt".into(), ..CustomXslt::default() }),
        script_precedence: vec![ScriptLanguage { name: "CSharp".into(), enabled: true }],
        settings: [("CopyPIs".into(), "No".into())].into(),
    }
}

pub fn application() -> Application {
    let map = Map {
        name: "OrderToAck".into(),
        sources: vec!["urn:crowded#Order".into()],
        targets: vec!["urn:crowded#Ack".into()],
        rules: vec![MapRule {
            to: "/Ack/Id".into(),
            value: MapValue::Function {
                name: "Concatenate".into(),
                arguments: vec![MapValue::Link("/Order/Id".into()), MapValue::Constant("-".into())],
            },
        }],
        drawing: Some(Box::new(drawing())),
    };
    let partner = |name: &str, behavior| Partner { name: name.into(), description: "d".into(), behavior };
    let limits = MemoryLimits { active: true, optimal: 1, maximal: 2 };
    let dehydration = Dehydration {
        behavior: DehydrationBehavior::Never,
        min_threshold: 2,
        max_threshold: 3,
        constant_threshold: Some(4),
        virtual_memory: limits,
        private_memory: limits,
        physical_memory: limits,
    };
    let policy = PolicyVersion {
        major: 1,
        minor: 2,
        state: PolicyState::Published,
        parameters: vec![PolicyParameter { name: "Order".into(), fact_type: "Order".into() }],
        facts: vec![PolicyFact {
            name: "Rate".into(),
            fact_type: "System.Int32".into(),
            initial_value: Some("5".into()),
        }],
        rules: vec![PolicyRule {
            name: "Gold".into(),
            priority: 3,
            active: false,
            condition: "Order.Grade == \"gold\"".into(),
            actions: vec![
                PolicyAction::Set("Order.Note = \"\";".into()),
                PolicyAction::Assert { fact: "Rate".into(), value: "6".into() },
                PolicyAction::Update("Order".into()),
                PolicyAction::Retract("Rate".into()),
                PolicyAction::Halt,
            ],
        }],
    };
    Application {
        components: [("Acme.Rates".into(), "fn Today() { 1 }\n".into())].into(),
        policies: [(
            "Discount".into(),
            Policy { name: "Discount".into(), description: "d".into(), versions: vec![policy] },
        )]
        .into(),
        settings: Settings {
            name: "crowded".into(),
            description: "Everything at once.".into(),
            hosts: vec![Host {
                name: "Main".into(),
                dehydration,
                group: "Users".into(),
                isolated: true,
                trusted: true,
            }],
            configuration: [("TotalStages".into(), "2".into())].into(),
            configuration_cache: Some(ConfigurationCache {
                interval: "Refresh".into(),
                log_source: "Crowded".into(),
            }),
            engine: EngineSettings {
                uncaught_non_resumable: true,
                loop_limit: Some(77),
                validate_schemas: true,
                validate_correlations: true,
                extended_logging: true,
            },
            exceptions: vec![ExceptionType {
                name: "Crowded.LostException".into(),
                base: "System.ApplicationException".into(),
            }],
            classes: vec![ClassType {
                name: "Crowded.Routing".into(),
                root: "Routing".into(),
                namespace: "urn:crowded".into(),
                fields: vec![ClassField {
                    name: "CustID".into(),
                    field_type: "System.String".into(),
                    promoted: Some("Orders.CustID".into()),
                    max_length: Some(255),
                }],
            }],
            simulated_answers: Default::default(),
            simulated_properties: Default::default(),
            mocks: [("Acme.Fees.Sum".into(), "1.5m".into())].into(),
            pipelines: vec![Pipeline {
                name: "Disassemble".into(),
                send: false,
                components: vec![PipelineComponent {
                    stage: "Disassemble".into(),
                    component: "XmlDasm".into(),
                    properties: [("ValidateDocument".into(), "true".into())].into(),
                    property_types: [("ValidateDocument".into(), "xsd:boolean".into())].into(),
                    label: "XML disassembler".into(),
                    version: "1.0".into(),
                    ..Default::default()
                }],
                description: "Lenient.".into(),
                policy: "BTSReceivePolicy.xml".into(),
            }],
            projects: vec![Project {
                assembly: "Crowded".into(),
                types: [("schemas/Order.xsd".into(), "Crowded.Order".into())].into(),
                references: [("Acme.Helpers".into(), "lib/Acme.Helpers.dll".into())].into(),
                ..Default::default()
            }],
        },
        modules: [
            ("Types".into(), types()),
            (
                "Manager".into(),
                Module {
                    namespace: "Crowded".into(),
                    orchestration: Some(orchestration()),
                    ..Module::default()
                },
            ),
        ]
        .into(),
        schemas: [
            ("schemas/Order.xsd".into(), "\u{feff}<schema>\r\n</schema>".into()),
            ("schemas/deep/Ack.XSD".into(), "<schema/>".into()),
        ]
        .into(),
        maps: [("OrderToAck".into(), map)].into(),
        bindings: bindings(),
        partners: vec![
            partner(
                "Echo",
                PartnerBehavior::Echo { from: "queue://a".into(), to: "queue://b".into(), delay_ms: 5 },
            ),
            partner(
                "Reply",
                PartnerBehavior::Reply {
                    at: "queue://a".into(),
                    reply: "<a b=\"{/x}\"/>".into(),
                    delay_ms: 0,
                },
            ),
            partner(
                "Submit",
                PartnerBehavior::Submit {
                    to: "queue://a".into(),
                    messages: vec!["<a/>".into()],
                    every_ms: 1,
                    count: 2,
                },
            ),
            partner("Rules", PartnerBehavior::Rules(rules())),
            partner("Drain", PartnerBehavior::Drain { from: "queue://a".into() }),
        ],
        messages: [
            ("messages/order.xml".into(), "<Order/>\n".into()),
            ("messages/a/b.txt".into(), String::new()),
        ]
        .into(),
        scenarios: [("first".into(), scenario())].into(),
        vocabulary: vocabulary(),
    }
}
