//! What the designer is known to write, so that anything else can be said to be kept, not understood.

/// Properties of every element: what a designer shows, and whether it wants attention for it.
const COMMON: [&str; 4] = ["Name", "Signal", "ReportToAnalyst", "AnalystComments"];

/// Element types and their own properties. Element types of the designer alone have none listed: they are kept whole.
const KNOWN: &[(&str, &[&str])] = &[
    ("AtomicTransaction", &[]),
    ("Call", &["Identifier", "Invokee"]),
    ("CallRules", &["PolicyName", "PolicyVersion"]),
    ("Catch", &["ExceptionName", "ExceptionType", "IsFaultMessage"]),
    ("Compensate", &["Invokee"]),
    ("Compensation", &["IsCustom"]),
    ("Construct", &[]),
    ("CorrelationDeclaration", &["ParamDirection", "Type"]),
    ("CorrelationType", &["TypeModifier"]),
    ("DNFPredicate", &["Grouping", "LHS", "Operator", "RHS"]),
    ("Decision", &[]),
    ("DecisionBranch", &["Expression", "IsGhostBranch"]),
    ("Delay", &["Timeout"]),
    ("DirectBindingAttribute", &["DirectBindingType", "PartnerPort", "PartnerService"]),
    ("Exec", &["Invokee"]),
    ("Listen", &[]),
    ("ListenBranch", &["IsGhostBranch"]),
    ("LogicalBindingAttribute", &[]),
    ("LongRunningTransaction", &["Timeout"]),
    ("MessageAssignment", &["Expression"]),
    ("MessageDeclaration", &["ParamDirection", "Type"]),
    ("MessagePartRef", &["MessageRef", "PartRef"]),
    ("MessageRef", &["Ref"]),
    ("MethodMessageOperation", &["Description", "OperationDirection", "OperationName"]),
    ("MethodMessageType", &["TypeModifier", "Url"]),
    ("Module", &[]),
    ("MultipartMessageType", &["TypeModifier"]),
    ("OperationDeclaration", &["OperationType"]),
    ("Parallel", &[]),
    ("ParallelBranch", &["IsGhostBranch"]),
    ("Parameter", &["Direction", "Type"]),
    ("PartDeclaration", &["ClassName", "IsBodyPart"]),
    ("PhysicalBindingAttribute", &["InPipeline", "IsDynamic", "OutPipeline", "TransportType", "URI"]),
    (
        "PortDeclaration",
        &[
            "DeliveryNotification",
            "IsWebPort",
            "OrderedDelivery",
            "Orientation",
            "ParamDirection",
            "PortIndex",
            "PortModifier",
            "Type",
        ],
    ),
    ("PortType", &["Synchronous", "TypeModifier"]),
    ("PortTypeRef", &["Ref"]),
    ("PropertyRef", &["Ref"]),
    (
        "Receive",
        &[
            "Activate",
            "MessageName",
            "OperationMessageName",
            "OperationName",
            "PortName",
            "ServiceLinkName",
            "ServiceLinkPortTypeName",
            "ServiceLinkRoleName",
        ],
    ),
    ("RoleDeclaration", &[]),
    ("RulesParameterRef", &["Alias", "PartReference", "Reference"]),
    ("Scope", &["InitializedTransactionType", "IsSynchronized"]),
    (
        "Send",
        &[
            "MessageName",
            "OperationMessageName",
            "OperationName",
            "PortName",
            "ServiceLinkName",
            "ServiceLinkPortTypeName",
            "ServiceLinkRoleName",
        ],
    ),
    ("ServiceBody", &[]),
    ("ServiceDeclaration", &["InitializedTransactionType", "IsInvokable", "TypeModifier"]),
    (
        "ServiceLinkDeclaration",
        &[
            "DeliveryNotification",
            "OrderedDelivery",
            "Orientation",
            "ParamDirection",
            "PortIndex",
            "PortModifier",
            "RoleName",
            "Type",
        ],
    ),
    ("ServiceLinkType", &["TypeModifier"]),
    ("StatementRef", &["Initializes", "Ref"]),
    ("Suspend", &["ErrorMessage"]),
    ("TargetXMLNamespaceAttribute", &["TargetXMLNamespace"]),
    ("Task", &[]),
    ("Terminate", &["ErrorMessage"]),
    ("Throw", &["ThrownReference"]),
    ("TransactionAttribute", &["Batch", "Isolation", "Retry", "Timeout"]),
    ("Transform", &["ClassName"]),
    ("VariableAssignment", &["Expression"]),
    ("VariableDeclaration", &["InitialValue", "ParamDirection", "Type", "UseDefaultConstructor"]),
    ("WebOperationPart", &["ClassName"]),
    ("While", &["Expression"]),
];

/// True for an element type the designer is known to write below a module.
pub fn is_element(kind: &str) -> bool {
    properties(kind).is_some()
}

/// True for a property that an element of this type is known to have.
pub fn is_property(kind: &str, property: &str) -> bool {
    COMMON.contains(&property) || properties(kind).is_some_and(|own| own.contains(&property))
}

fn properties(kind: &str) -> Option<&'static [&'static str]> {
    KNOWN.iter().find(|(known, _)| *known == kind).map(|(_, properties)| *properties)
}
