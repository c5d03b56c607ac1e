//! What the designer is known to write, so that anything else can be said to be kept, not understood.

/// Properties of every element, behind its own and in the order they are written: what a designer shows, and whether it
/// wants attention for it.
pub const COMMON: [&str; 4] = ["ReportToAnalyst", "AnalystComments", "Name", "Signal"];

/// Element types and their own properties in the order they are written. Element types of the designer alone have none listed: they are kept whole.
const KNOWN: &[(&str, &[&str])] = &[
    ("AtomicTransaction", &[]),
    ("Call", &["Identifier", "Invokee"]),
    ("CallRules", &["PolicyName", "PolicyVersion"]),
    ("Catch", &["ExceptionName", "ExceptionType", "IsFaultMessage"]),
    ("Compensate", &["Invokee"]),
    ("Compensation", &["IsCustom"]),
    ("Construct", &[]),
    ("CorrelationDeclaration", &["Type", "ParamDirection"]),
    ("CorrelationType", &["TypeModifier"]),
    ("DNFPredicate", &["LHS", "RHS", "Grouping", "Operator"]),
    ("Decision", &[]),
    ("DecisionBranch", &["Expression", "IsGhostBranch"]),
    ("Delay", &["Timeout"]),
    ("DirectBindingAttribute", &["PartnerPort", "PartnerService", "DirectBindingType"]),
    ("Exec", &["Invokee"]),
    ("Listen", &[]),
    ("ListenBranch", &["IsGhostBranch"]),
    ("LogicalBindingAttribute", &[]),
    ("LongRunningTransaction", &["Timeout"]),
    ("MessageAssignment", &["Expression"]),
    ("MessageDeclaration", &["Type", "ParamDirection"]),
    ("MessagePartRef", &["MessageRef", "PartRef"]),
    ("MessageRef", &["Ref"]),
    ("MethodMessageOperation", &["OperationName", "OperationDirection", "Description"]),
    ("MethodMessageType", &["Url", "TypeModifier"]),
    ("Module", &[]),
    ("MultipartMessageType", &["TypeModifier"]),
    ("OperationDeclaration", &["OperationType"]),
    ("Parallel", &[]),
    ("ParallelBranch", &["IsGhostBranch"]),
    ("Parameter", &["Direction", "Type"]),
    ("PartDeclaration", &["ClassName", "IsBodyPart"]),
    ("PhysicalBindingAttribute", &["InPipeline", "OutPipeline", "TransportType", "URI", "IsDynamic"]),
    (
        "PortDeclaration",
        &[
            "PortModifier",
            "Orientation",
            "PortIndex",
            "IsWebPort",
            "OrderedDelivery",
            "DeliveryNotification",
            "Type",
            "ParamDirection",
        ],
    ),
    ("PortType", &["Synchronous", "TypeModifier"]),
    ("PortTypeRef", &["Ref"]),
    ("PropertyRef", &["Ref"]),
    (
        "Receive",
        &[
            "Activate",
            "PortName",
            "MessageName",
            "OperationName",
            "OperationMessageName",
            "ServiceLinkName",
            "ServiceLinkPortTypeName",
            "ServiceLinkRoleName",
        ],
    ),
    ("RoleDeclaration", &[]),
    ("RulesParameterRef", &["Reference", "PartReference", "Alias"]),
    ("Scope", &["InitializedTransactionType", "IsSynchronized"]),
    (
        "Send",
        &[
            "PortName",
            "MessageName",
            "OperationName",
            "OperationMessageName",
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
            "Orientation",
            "PortIndex",
            "PortModifier",
            "RoleName",
            "OrderedDelivery",
            "DeliveryNotification",
            "Type",
            "ParamDirection",
        ],
    ),
    ("ServiceLinkType", &["TypeModifier"]),
    ("StatementRef", &["Initializes", "Ref"]),
    ("Suspend", &["ErrorMessage"]),
    ("TargetXMLNamespaceAttribute", &["TargetXMLNamespace"]),
    ("Task", &[]),
    ("Terminate", &["ErrorMessage"]),
    ("Throw", &["ThrownReference"]),
    ("TransactionAttribute", &["Batch", "Retry", "Timeout", "Isolation"]),
    ("Transform", &["ClassName"]),
    ("VariableAssignment", &["Expression"]),
    ("VariableDeclaration", &["InitialValue", "UseDefaultConstructor", "Type", "ParamDirection"]),
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

/// An element type's own properties, in the order they are written.
pub fn properties(kind: &str) -> Option<&'static [&'static str]> {
    KNOWN.iter().find(|(known, _)| *known == kind).map(|(_, properties)| *properties)
}
