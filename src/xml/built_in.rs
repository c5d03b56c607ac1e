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
        prefix: "MQSeries",
        namespace: "http://schemas.microsoft.com/BizTalk/2003/mqs-properties",
        properties: &[
            (
                ValueType::String,
                "MQMD_StrucId MQMD_MsgId MQMD_CorrelId MQMD_ReplyToQ MQMD_ReplyToQMgr MQMD_UserIdentifier \
                 MQMD_AccountingToken MQMD_ApplIdentityData MQMD_PutApplName MQMD_PutDate MQMD_PutTime \
                 MQMD_ApplOriginData MQMD_GroupID MQMD_Format MQIIH_Format MQIIH_LTermOverride MQIIH_MFSMapName \
                 MQIIH_ReplyToFormat MQIIH_Authenticator MQIIH_TranInstanceId MQCIH_ReturnCode MQCIH_TransactionId \
                 MQCIH_Facility MQCIH_Function MQCIH_AbendCode MQCIH_Authenticator MQXQH_RemoteQName \
                 MQXQH_RemoteQMgrName MQRMH_Format MQSAPH_Client MQSAPH_Language MQSAPH_HostName MQSAPH_UserId \
                 MQSAPH_Password MQSAPH_SystemNumber BizTalk_CorrelationID BizTalk_MessageID UserDefined",
            ),
            (
                ValueType::Int32,
                "MQMD_Version MQMD_Report MQMD_MsgType MQMD_Expiry MQMD_Feedback MQMD_Encoding MQMD_CodedCharSetId \
                 MQMD_Priority MQMD_Persistence MQMD_BackoutCount MQMD_PutApplType MQMD_MsgSeqNumber MQMD_Offset \
                 MQMD_MsgFlags MQMD_OriginalLength WaitInterval",
            ),
            (ValueType::String, "DynamicReceive BizTalkCorrelationIdPropagate"),
        ],
    },
    BuiltInSchema {
        prefix: "EDI",
        namespace: "http://schemas.microsoft.com/Edi/PropertySchema",
        properties: &[
            (
                ValueType::String,
                "UNA_Segment UNB_Segment UNG_Segment ISA_Segment GS_Segment ISA01 ISA02 ISA03 ISA04 ISA05 ISA06 ISA07 ISA08 \
                 ISA09 ISA10 ISA11 ISA12 ISA13 ISA14 ISA15 ISA16 GS01 GS02 GS03 GS04 GS05 GS06 GS07 GS08 ST01 ST02 UNB1 \
                 UNB2_1 UNB2_2 UNB2_3 UNB3_1 UNB3_2 UNB3_3 UNB5 UNB11 UNG1 UNG2_1 UNG2_2 UNG3_1 UNG3_2 UNG7_1 UNG7_2 UNG7_3 \
                 UNH1 UNH2_1 UNH2_2 UNH2_3 UNH2_5 BatchIds BatchName BatchEncoding EncodingType LastInterchangeMessage \
                 InterchangeControlNo GroupControlNo TransactionSetControlNo DestinationPartyName DestinationPartyID \
                 DestinationPartyReceiverIdentifier DestinationPartyReceiverQualifier DestinationPartySenderIdentifier \
                 DestinationPartySenderQualifier SenderPartyName SenderPartyID ReceiverPartyName AgreementPartIDForSend \
                 AgreementPartIDForReceive AgreementID AgreementPartID InterchangeActivityID MessageType \
                 ErrorDescription ErrorReport SplitInterchange",
            ),
            (ValueType::Int32, "BatchId BatchEncodingType BatchElementCount TransactionSetCount"),
            (
                ValueType::Bool,
                "ToBeBatched ToBeRouted ReuseEnvelope IsSystemGeneratedAck IsBatchedMessage HasErrors OverrideEDIHeader \
                 PreserveInterchange",
            ),
        ],
    },
    BuiltInSchema {
        prefix: "EdiOverride",
        namespace: "http://schemas.microsoft.com/Edi/OverridePropertySchema",
        properties: &[(
            ValueType::String,
            "OverrideEDIHeader ISA01 ISA02 ISA03 ISA04 ISA05 ISA06 ISA07 ISA08 ISA11 ISA12 ISA14 ISA15 ISA16 GS01 GS02 GS03 \
             GS07 GS08 UNB1_1 UNB1_2 UNB2_1 UNB2_2 UNB2_3 UNB3_1 UNB3_2 UNB3_3 UNB5 UNB6_1 UNB6_2 UNB7 UNB8 UNB9 UNB10 UNB11 \
             UNG1 UNG2_1 UNG2_2 UNG3_1 UNG3_2 UNA1 UNA2 UNA3 UNA4 UNA5 UNA6 UNA6Suffix",
        )],
    },
    BuiltInSchema {
        prefix: "EdiIntAS",
        namespace: "http://schemas.microsoft.com/BizTalk/2006/as2-properties",
        properties: &[
            (
                ValueType::String,
                "AS2From AS2To AS2Version MessageId OriginalMessageId Disposition-Type DispositionMode FinalRecipient \
                 ReceiptDeliveryOption MicHash MicValue PayloadContentType FileName DispositionType",
            ),
            (
                ValueType::Bool,
                "IsAS2AsynchronousMdn IsAS2MdnRequested IsAS2MdnResponseMessage IsAS2PayloadMessage IsAS2MessageSigned \
                 IsAS2MessageEncrypted IsAS2MessageCompressed SendMDN AddMdnToContext IsAS2MessageDuplicate",
            ),
        ],
    },
    BuiltInSchema {
        prefix: "SBMessaging",
        namespace: "http://schemas.microsoft.com/BizTalk/2012/Adapter/BrokeredMessage-properties",
        properties: &[
            (
                ValueType::String,
                "ContentType CorrelationId Label MessageId ReplyTo ReplyToSessionId SessionId To LockToken PartitionKey \
                 ViaPartitionKey CustomBrokeredMessagePropertyNamespace",
            ),
            (ValueType::DateTime, "EnqueuedTimeUtc ExpiresAtUtc LockedUntilUtc ScheduledEnqueueTimeUtc"),
            (ValueType::Int32, "DeliveryCount"),
            (ValueType::Int64, "SequenceNumber EnqueuedSequenceNumber"),
            (ValueType::String, "TimeToLive"),
        ],
    },
    BuiltInSchema {
        prefix: "WSS",
        namespace: "http://schemas.microsoft.com/BizTalk/2006/WindowsSharePointServices-properties",
        properties: &[
            (
                ValueType::String,
                "ConfigAdapterWSPort ConfigCustomTemplatesDocLib ConfigCustomTemplatesNamespaceCol \
                 ConfigNamespaceAliases ConfigOfficeIntegration ConfigOverwrite ConfigPropertiesXml ConfigTimeout Filename \
                 Url IconUrl InArchivedMsgUrl InCreated InCreatedBy InFileSize InIconUrl InItemId InLastModified \
                 InLastModifiedBy InListName InListUrl InOfficeIntegration InPropertiesXml InTitle",
            ),
            (ValueType::Int32, "ConfigUseClientOM"),
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
