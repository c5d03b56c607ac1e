use super::Name;
use std::sync::LazyLock;

macro_rules! well_known {
    ($($field:ident = $text:literal),* $(,)?) => {
        /// Names of the context properties the engine itself reads and writes (semantics 3.2).
        #[derive(Debug)]
        pub struct Bts {
            $(#[doc = $text] pub $field: Name,)*
        }

        pub static BTS: LazyLock<Bts> = LazyLock::new(|| Bts { $($field: Name::new($text),)* });
    };
}

well_known! {
    message_type = "BTS.MessageType",
    operation = "BTS.Operation",
    receive_port_name = "BTS.ReceivePortName",
    receive_port_id = "BTS.ReceivePortID",
    receive_location_name = "BTS.ReceiveLocationName",
    inbound_transport_type = "BTS.InboundTransportType",
    inbound_transport_location = "BTS.InboundTransportLocation",
    interchange_id = "BTS.InterchangeID",
    interchange_sequence_number = "BTS.InterchangeSequenceNumber",
    message_id = "BTS.MessageID",
    sp_name = "BTS.SPName",
    sp_id = "BTS.SPID",
    sp_group_id = "BTS.SPGroupID",
    sp_transport_id = "BTS.SPTransportID",
    outbound_transport_type = "BTS.OutboundTransportType",
    outbound_transport_location = "BTS.OutboundTransportLocation",
    is_dynamic_send = "BTS.IsDynamicSend",
    retry_count = "BTS.RetryCount",
    retry_interval = "BTS.RetryInterval",
    correlation_token = "BTS.CorrelationToken",
    reply_token = "BTS.EpmRRCorrelationToken",
    route_direct = "BTS.RouteDirectToTP",
    partner_service = "BTS.PartnerService",
    partner_port = "BTS.PartnerPort",
    ack_required = "BTS.AckRequired",
    ack_type = "BTS.AckType",
    ack_id = "BTS.AckID",
    ack_owner_id = "BTS.AckOwnerID",
    source_party_id = "BTS.SourcePartyID",
    destination_party = "BTS.DestinationParty",
    windows_user = "BTS.WindowsUser",
    signature_certificate = "BTS.SignatureCertificate",
    suspend_as_non_resumable = "BTS.SuspendAsNonResumable",
    ack_send_port_id = "BTS.AckSendPortID",
    ack_send_port_name = "BTS.AckSendPortName",
    ack_outbound_transport_location = "BTS.AckOutboundTransportLocation",
    ack_receive_port_id = "BTS.AckReceivePortID",
    ack_receive_port_name = "BTS.AckReceivePortName",
    ack_inbound_transport_location = "BTS.AckInboundTransportLocation",
    ack_failure_code = "BTS.AckFailureCode",
    ack_failure_category = "BTS.AckFailureCategory",
    ack_description = "BTS.AckDescription",
    error_type = "ErrorReport.ErrorType",
    error_failure_code = "ErrorReport.FailureCode",
    error_failure_category = "ErrorReport.FailureCategory",
    error_message_type = "ErrorReport.MessageType",
    error_receive_port_name = "ErrorReport.ReceivePortName",
    error_inbound_transport_location = "ErrorReport.InboundTransportLocation",
    error_send_port_name = "ErrorReport.SendPortName",
    error_outbound_transport_location = "ErrorReport.OutboundTransportLocation",
    error_routing_failure_report_id = "ErrorReport.RoutingFailureReportID",
    error_description = "ErrorReport.Description",
    error_failure_time = "ErrorReport.FailureTime",
    error_failure_message_id = "ErrorReport.FailureMessageID",
    error_failure_instance_id = "ErrorReport.FailureInstanceID",
    error_failure_adapter = "ErrorReport.FailureAdapter",
    received_file_name = "FILE.ReceivedFileName",
}
