//! Properties that come with BizTalk: context properties of the engine and the adapters (section 3.2).

use super::PropertyDeclaration;
use crate::message::{Name, ValueType};
use std::sync::LazyLock;

#[derive(Debug)]
pub struct BuiltInSchema {
    /// Prefix in expressions and filters: `BTS`.
    pub prefix: &'static str,
    pub namespace: &'static str,
    properties: &'static [(ValueType, &'static str)],
}

/// Names are separated by blanks.
pub const SCHEMAS: &[BuiltInSchema] = &[
    BuiltInSchema {
        prefix: "BTS",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/system-properties",
        properties: &[
            (
                ValueType::String,
                "MessageType SchemaStrongName ReceivePortName ReceivePortID ReceiveLocationName ReceiveInstanceID \
                 InboundTransportType InboundTransportLocation OutboundTransportType OutboundTransportLocation \
                 OutboundTransportCLSID InterchangeID MessageID SPName SPID SPGroupID SPTransportID \
                 SPTransportBackupID CorrelationToken EpmRRCorrelationToken ReqRespTransmitPipelineID PropertiesToUpdate \
                 AckType AckID AckOwnerID AckFailureCode AckFailureCategory AckDescription AckReceivePortName \
                 AckReceivePortID AckSendPortName AckSendPortID AckInboundTransportLocation \
                 AckOutboundTransportLocation Operation PartnerService PartnerPort PartnerRole ActionOnFailure \
                 MessageDestination SourceParty SourcePartyID SourcePartyName DestinationParty DestinationPartyName WindowsUser IsFault FaultName \
                 SSOTicket SignatureCertificate EncryptionCert RouteMultipartMessage ReceivePipelineID \
                 ReceivePipelineResponseConfig SendPipelineResponseConfig TransmitWorkID",
            ),
            (
                ValueType::Bool,
                "RouteDirectToTP SuspendMessageOnRoutingFailure SuspendAsNonResumable IsDynamicSend AckRequired \
                 IsRequestResponse IsSolicitResponse SuspendOnMapFailure LoopBack",
            ),
            (
                ValueType::Int32,
                "InterchangeSequenceNumber RetryCount RetryInterval ActualRetryCount Priority",
            ),
            (ValueType::DateTime, "AdapterReceiveCompleteTime AdapterTransmitBeginTime"),
        ],
    },
    BuiltInSchema {
        prefix: "ErrorReport",
        namespace: "http://schemas.microsoft.com/BizTalk/2005/error-report",
        properties: &[
            (
                ValueType::String,
                "ErrorType FailureCode Description MessageType ReceivePortName InboundTransportLocation SendPortName \
                 OutboundTransportLocation RoutingFailureReportID FailureMessageID FailureInstanceID FailureAdapter \
                 ProcessingServer",
            ),
            (ValueType::Int32, "FailureCategory"),
            (ValueType::DateTime, "FailureTime"),
        ],
    },
    BuiltInSchema {
        prefix: "FILE",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/file-properties",
        properties: &[
            (ValueType::String, "ReceivedFileName Username Password"),
            (ValueType::Bool, "AllowCacheOnWrite UseTempFileOnWrite"),
            (ValueType::Int32, "CopyMode"),
            (ValueType::DateTime, "FileCreationTime"),
        ],
    },
    BuiltInSchema {
        prefix: "SMTP",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/smtp-properties",
        properties: &[
            (
                ValueType::String,
                "Subject From To CC ReplyBy EmailBodyText EmailBodyTextCharset EmailBodyFile EmailBodyFileCharset \
                 Attachments SMTPHost Username Password",
            ),
            (ValueType::Bool, "DeliveryReceipt ReadReceipt"),
            (ValueType::Int32, "MessagePartsAttachments SMTPAuthenticate"),
        ],
    },
    BuiltInSchema {
        prefix: "WCF",
        namespace: "http://schemas.microsoft.com/BizTalk/2006/01/Adapters/WCF-properties",
        properties: &[
            (
                ValueType::String,
                "Action To From ReplyTo FaultTo MessageID RelatesTo Headers InboundHeaders OutboundCustomHeaders \
                 SoapEnvelope BindingType BindingConfiguration EndpointBehaviorConfiguration SecurityMode UserName Password \
                 OutboundBodyLocation InboundBodyLocation OutboundXmlTemplate HttpHeaders InboundHttpHeaders \
                 OutboundHttpStatusCode InboundHttpStatusCode InboundHttpStatusDescription InboundHttpMethod HttpMethodAndUrl \
                 VariablePropertyMapping MessageClientCredentialType TransportClientCredentialType IsFault",
            ),
            (ValueType::Bool, "PropagateFaultMessage SuppressMessageBodyForHttpVerbs UseSSO"),
            (ValueType::Int32, "MaxReceivedMessageSize"),
            (ValueType::String, "OpenTimeout SendTimeout CloseTimeout"),
        ],
    },
    BuiltInSchema {
        prefix: "HTTP",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/http-properties",
        properties: &[
            (
                ValueType::String,
                "ContentType InboundHttpHeaders UserHttpHeaders ProxyName Username Password HttpCookie Certificate \
                 AuthenticationScheme SubmissionHandle ResponseStatusCode ResponseStatusDescription",
            ),
            (ValueType::Int32, "ProxyPort RequestTimeout MaxRedirects"),
            (ValueType::Bool, "UseProxy EnableChunkedEncoding UseSSO"),
        ],
    },
    BuiltInSchema {
        prefix: "FTP",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/ftp-properties",
        properties: &[
            (
                ValueType::String,
                "ReceivedFileName UserName Password BeforePut AfterPut RepresentationType CommandLogFileName",
            ),
            (ValueType::DateTime, "FileCreationTime"),
        ],
    },
    BuiltInSchema {
        prefix: "SFTP",
        namespace: "http://schemas.microsoft.com/BizTalk/2012/Adapter/sftp-properties",
        properties: &[(
            ValueType::String,
            "ReceivedFileName ServerAddress FolderPath TargetFileName UserName Password",
        )],
    },
    BuiltInSchema {
        prefix: "MSMQ",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/msmq-properties",
        properties: &[
            (
                ValueType::String,
                "Label Id CorrelationId ResponseQueue AdministrationQueue DestinationQueue SourceMachine MessageType \
                 Acknowledgment SenderId",
            ),
            (ValueType::Int32, "AppSpecific Priority BodyType"),
            (ValueType::DateTime, "ArrivedTime SentTime"),
        ],
    },
    BuiltInSchema {
        prefix: "MIME",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/mime-properties",
        properties: &[
            (
                ValueType::String,
                "FileName ContentID ContentDescription ContentTransferEncoding PartContentType ContentLocation",
            ),
            (ValueType::Bool, "IsMultiPartRelated"),
        ],
    },
    BuiltInSchema {
        prefix: "POP3",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/pop3-properties",
        properties: &[
            (ValueType::String, "Subject From To CC ReplyTo Headers DispositionNotificationTo Date"),
            (ValueType::DateTime, "DateReceived"),
        ],
    },
    BuiltInSchema {
        prefix: "SOAP",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/soap-properties",
        properties: &[
            (ValueType::String, "MethodName AssemblyName TypeName Username Password UserDefined Certificate"),
            (ValueType::Bool, "UseHandler UseProxy"),
        ],
    },
    BuiltInSchema {
        prefix: "XMLNORM",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/xmlnorm-properties",
        properties: &[
            (
                ValueType::String,
                "DocumentSpecName EnvelopeSpecName SourceCharset TargetCharset DocumentSpecTargetNamespaces",
            ),
            (
                ValueType::Bool,
                "AllowUnrecognizedMessage ValidateDocument RecoverableInterchangeProcessing AddXMLDeclaration PreserveBom \
                 PromoteProperties ProcessingInstructionScope",
            ),
        ],
    },
    BuiltInSchema {
        prefix: "MessageTracking",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/messagetracking-properties",
        properties: &[
            (ValueType::String, "ActivityIdentity OriginatingMessage InboundInterchangeID"),
            (ValueType::Bool, "MessageTrackingEnabled"),
        ],
    },
];

/// All built-in properties, as context properties.
pub fn properties() -> impl Iterator<Item = PropertyDeclaration> {
    SCHEMAS.iter().flat_map(|schema| {
        schema.properties.iter().flat_map(|(value_type, names)| {
            names.split_ascii_whitespace().map(|name| PropertyDeclaration {
                name: Name::new(&format!("{}.{name}", schema.prefix)),
                value_type: value_type.clone(),
                data: false,
            })
        })
    })
}

/// Prefix of a built-in namespace.
pub fn prefix_of(namespace: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|s| s.namespace == namespace).map(|s| s.prefix)
}

/// `BTS.MessageType`.
pub fn message_type() -> Name {
    static MESSAGE_TYPE: LazyLock<Name> = LazyLock::new(|| Name::new("BTS.MessageType"));
    *MESSAGE_TYPE
}
