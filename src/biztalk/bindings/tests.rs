use super::{filter, read_bindings, write_bindings};
use crate::model::{Application, FilterOperator, Grouping, PortBinding, RecurrenceDays, ServiceState};

const FILE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<BindingInfo xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" Version="3.5.1.0">
  <ModuleRefCollection>
    <ModuleRef Name="Mill" FullName="Mill, Version=1.0.0.0, Culture=neutral, PublicKeyToken=0123">
      <Services>
        <Service Name="Mill.Grind" State="Enlisted" TrackingOption="ServiceStartEnd">
          <Ports>
            <Port Name="GrainIn" Modifier="2" BindingOption="1"><SendPortRef xsi:nil="true" /><DistributionListRef xsi:nil="true" /><ReceivePortRef Name="Grain" /></Port>
            <Port Name="FlourOut" Modifier="1" BindingOption="1"><SendPortRef Name="Flour" /></Port>
            <Port Name="ToAll" Modifier="1" BindingOption="1"><SendPortRef xsi:nil="true" /><DistributionListRef Name="Bakers" /></Port>
            <Port Name="__Link_Type" Modifier="1" BindingOption="5"><SendPortRef Name="Flour" /></Port>
          </Ports>
          <Roles><Role Name="Baker" RoleLinkTypeName="Mill.Supply" RoleType="Uses"><EnlistedParties><EnlistedParty Name="Cob"><Mappings>
            <Mapping PortTypeName="Mill.FlourType" OperationName="Deliver"><SendPortRef Name="Flour" /></Mapping></Mappings></EnlistedParty></EnlistedParties></Role></Roles>
          <Host Name="Slow" NTGroupName="Millers" Type="1" Trusted="true" />
        </Service>
      </Services>
    </ModuleRef>
  </ModuleRefCollection>
  <SendPortCollection>
    <SendPort Name="Flour" IsStatic="true" IsTwoWay="false">
      <TransmitPipeline Name="Microsoft.BizTalk.DefaultPipelines.XMLTransmit" FullyQualifiedName="Microsoft.BizTalk.DefaultPipelines.XMLTransmit, Microsoft.BizTalk.DefaultPipelines, Version=3.0.1.0" Type="2" />
      <PrimaryTransport><Address>C:\Mill\Out\%MessageID%.xml</Address><TransportType Name="FILE" Capabilities="11" ConfigurationClsid="5e49" />
        <TransportTypeData>&lt;CustomProps&gt;&lt;CopyMode vt="19"&gt;1&lt;/CopyMode&gt;&lt;FileName vt="8"&gt;a &amp;amp; b&lt;/FileName&gt;&lt;/CustomProps&gt;</TransportTypeData>
        <RetryCount>7</RetryCount><RetryInterval>2</RetryInterval><ServiceWindowEnabled>true</ServiceWindowEnabled><FromTime>2014-05-21T08:30:00</FromTime><ToTime>2014-05-21T17:00:00</ToTime><Primary>true</Primary><DeliveryNotification>2</DeliveryNotification>
        <SendHandler Name="Fast" HostTrusted="false" /></PrimaryTransport>
      <SecondaryTransport><Address>sftp://backup/flour</Address><TransportType Name="SFTP" Capabilities="1" ConfigurationClsid="77" /><RetryCount>1</RetryCount></SecondaryTransport>
      <SendPipelineData>&lt;Root&gt;&lt;Stages&gt;&lt;Stage CategoryId="9d0e4107-4cce-4536-83fa-4a5040674ad6"&gt;&lt;Components&gt;&lt;Component Name="Microsoft.BizTalk.Component.XmlAsmComp"&gt;&lt;Properties&gt;&lt;AddXmlDeclaration vt="11"&gt;0&lt;/AddXmlDeclaration&gt;&lt;/Properties&gt;&lt;/Component&gt;&lt;/Components&gt;&lt;/Stage&gt;&lt;/Stages&gt;&lt;/Root&gt;</SendPipelineData>
      <Filter>  &lt;Filter&gt;&lt;Group&gt;&lt;Statement Property="BTS.ReceivePortName" Operator="0" Value="Grain"/&gt;&lt;Statement Property="Mill.Weight" Operator="5" Value="10"/&gt;&lt;/Group&gt;&lt;Group&gt;&lt;Statement Property="Mill.Sort" Operator="6"/&gt;&lt;/Group&gt;&lt;/Filter&gt;</Filter>
      <Transforms><Transform FullName="Mill.Maps.Bag" AssemblyQualifiedName="Mill.Maps.Bag, Mill, Version=1.0.0.0" /></Transforms>
      <OrderedDelivery>true</OrderedDelivery><Priority>3</Priority><RouteFailedMessage>true</RouteFailedMessage><ApplicationName>Mill</ApplicationName>
    </SendPort>
  </SendPortCollection>
  <DistributionListCollection><DistributionList Name="Bakers"><SendPorts><SendPortRef Name="Flour" /></SendPorts><Filter /></DistributionList></DistributionListCollection>
  <ReceivePortCollection>
    <ReceivePort Name="Grain" IsTwoWay="false">
      <ReceiveLocations><ReceiveLocation Name="Barn"><Address>http://mill/grain</Address><Primary>true</Primary>
        <ReceiveLocationServiceWindowEnabled>true</ReceiveLocationServiceWindowEnabled><ReceiveLocationFromTime>2014-05-21T06:00:00</ReceiveLocationFromTime><ReceiveLocationToTime>2014-05-21T20:00:00</ReceiveLocationToTime>
        <ReceiveLocationStartDateEnabled>true</ReceiveLocationStartDateEnabled><ReceiveLocationStartDate>2014-05-22T00:00:00</ReceiveLocationStartDate>
        <ScheduleRecurrenceType>Weekly</ScheduleRecurrenceType><ScheduleRecurenceFrom>2014-05-01T00:00:00</ScheduleRecurenceFrom><ScheduleRecurrenceInterval>2</ScheduleRecurrenceInterval><ScheduleDaysOfWeek>Monday Friday</ScheduleDaysOfWeek>
        <ReceiveLocationTransportType Name="HTTP" Capabilities="384" ConfigurationClsid="1c56" />
        <ReceivePipeline Name="XMLReceive" FullyQualifiedName="Microsoft.BizTalk.DefaultPipelines:3.0.1.0:Microsoft.BizTalk.DefaultPipelines.XMLReceive" Type="1" />
        <Enable>false</Enable><ReceiveHandler Name="Slow" HostTrusted="true" /></ReceiveLocation></ReceiveLocations>
      <Authentication>1</Authentication><Tracking>3</Tracking>
    </ReceivePort>
  </ReceivePortCollection>
  <PartyCollection><Party Name="Cob"><Aliases><PartyAlias Name="Organization" Qualifier="OrganizationName" Value="Cob" IsAutoCreated="true" /></Aliases><SendPorts><SendPortRef Name="Flour" /></SendPorts><SignatureCert xsi:nil="true" /></Party></PartyCollection>
</BindingInfo>"#;

#[test]
fn a_binding_file_is_read_whole() {
    let file = read_bindings("Mill.xml", FILE.as_bytes()).unwrap();
    let bindings = &file.bindings;
    let service = bindings.service("Mill.Grind").unwrap();
    assert_eq!((service.state, service.host.as_str()), (ServiceState::Stopped, "Slow"));
    let ports: Vec<_> = service.ports.iter().map(|(name, bound)| (name.as_str(), bound.clone())).collect();
    let expected = [
        ("FlourOut", PortBinding::SendPort("Flour".into())),
        ("GrainIn", PortBinding::ReceivePort("Grain".into())),
        ("ToAll", PortBinding::SendPortGroup("Bakers".into())),
    ];
    assert_eq!(ports, expected);

    let flour = bindings.send_port("Flour").unwrap();
    let primary = flour.primary.as_ref().unwrap();
    assert_eq!(
        (primary.transport.as_str(), primary.address.as_str()),
        ("FILE", r"C:\Mill\Out\%MessageID%.xml")
    );
    assert_eq!((primary.retry_count, primary.retry_interval, primary.delivery_notification), (7, 2, true));
    assert_eq!(primary.service_window, Some(("08:30".into(), "17:00".into())));
    assert_eq!(primary.properties["FileName"], "a & b");
    assert_eq!(primary.property_types.get("CopyMode").map(String::as_str), Some("19"));
    assert_eq!(flour.backup.as_ref().unwrap().transport, "SFTP");
    assert_eq!(flour.pipeline_properties["AddXmlDeclaration"], "0");
    assert_eq!(flour.component_properties[0].stage, "Assemble");
    assert_eq!((flour.priority, flour.ordered_delivery, flour.route_failed_messages), (3, true, true));
    assert_eq!(flour.outbound_maps, ["Mill.Maps.Bag"]);
    let rows: Vec<_> = flour
        .filter
        .iter()
        .map(|r| (r.property.as_str(), r.operator, r.value.as_str(), r.grouping))
        .collect();
    let expected = [
        ("BTS.ReceivePortName", FilterOperator::Equals, "\"Grain\"", Grouping::And),
        ("Mill.Weight", FilterOperator::NotEquals, "10", Grouping::Or),
        ("Mill.Sort", FilterOperator::Exists, "", Grouping::And),
    ];
    assert_eq!(rows, expected);

    let barn = &bindings.receive_port("Grain").unwrap().locations[0];
    assert_eq!((barn.transport.as_str(), barn.enabled, barn.host.as_str()), ("HTTP", false, "Slow"));
    assert_eq!(barn.receive_pipeline, "Microsoft.BizTalk.DefaultPipelines.XMLReceive");
    let schedule = barn.schedule.as_ref().unwrap();
    assert_eq!(schedule.window, Some(("06:00".into(), "20:00".into())));
    assert_eq!((schedule.start_date.as_deref(), schedule.stop_date.as_deref()), (Some("2014-05-22"), None));
    let recurrence = schedule.recurrence.as_ref().unwrap();
    assert_eq!(recurrence.days, RecurrenceDays::Weekly(vec!["Monday".into(), "Friday".into()]));

    let cob = &bindings.parties[0];
    assert_eq!(cob.enlistments[0].ports["Mill.FlourType.Deliver"], "Flour");
    assert_eq!((cob.aliases[0].value.as_str(), cob.aliases[0].automatic), ("Cob", true));
    let hosts: Vec<_> = file.hosts.iter().map(|h| (h.name.as_str(), h.trusted, h.group.as_str())).collect();
    assert_eq!(hosts, [("Slow", true, "Millers"), ("Fast", false, "")]);
}

/// BizTalk drops a filter with white space before it without a word; here it counts, and is flagged.
#[test]
fn a_filter_hidden_behind_white_space_counts_and_is_flagged() {
    let file = read_bindings("Mill.xml", FILE.as_bytes()).unwrap();
    let codes: Vec<_> = file.findings.iter().map(|f| (f.code, f.place.name.as_str())).collect();
    assert_eq!(codes, [("Z21", "Flour")]);
    let plain = read_bindings("Mill.xml", FILE.replace("<Filter>  &lt;", "<Filter>&lt;").as_bytes()).unwrap();
    assert_eq!((plain.findings, plain.bindings), (vec![], file.bindings));
}

#[test]
fn what_is_written_reads_the_same() {
    let file = read_bindings("Mill.xml", FILE.as_bytes()).unwrap();
    let mut application = Application { bindings: file.bindings, ..Application::default() };
    application.settings.hosts = file.hosts;
    let text = write_bindings(&application);
    let again = read_bindings("again.xml", text.as_bytes()).unwrap();
    assert_eq!(again.bindings, application.bindings, "{text}");
    assert_eq!(again.hosts, application.settings.hosts);
    assert_eq!(again.findings, []);
}

#[test]
fn broken_files_are_refused_with_a_place_and_never_panic() {
    for text in [
        "",
        "<a/>",
        "<BindingInfo",
        "\u{0}\u{1}",
        "<!DOCTYPE b [<!ENTITY x \"y\">]><BindingInfo>&x;</BindingInfo>",
    ] {
        let error = read_bindings("x.xml", text.as_bytes()).unwrap_err();
        assert_eq!((error.code, error.place.file.as_str()), ("Z20", "x.xml"), "{text}");
    }
    for cut in (0..FILE.len()).step_by(97) {
        let _ = read_bindings("x.xml", &FILE.as_bytes()[..cut]);
    }
    let odd = FILE.replace("&lt;Filter&gt;", "&lt;Broken").replace("vt=\"19\"", "vt=\"x\"");
    let file = read_bindings("x.xml", odd.as_bytes()).unwrap();
    assert_eq!(file.findings[0].code, "Z22");
    assert!(
        filter::read("<Filter><Group><Statement Property=\"a\" Operator=\"9\"/></Group></Filter>").is_err()
    );
}

/// Every binding file below `ORCHESTRION_SHARED` is read, and reads the same when it was written.
#[test]
fn real_binding_files_keep_what_they_say() {
    let Ok(shared) = std::env::var("ORCHESTRION_SHARED") else {
        println!("skipped: ORCHESTRION_SHARED does not name a folder with BizTalk projects");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(shared).join("odx")];
    let (mut files, mut refused) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if !path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xml")) {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            if !crate::biztalk::decode(&bytes).0.contains("<BindingInfo") {
                continue;
            }
            let name = path.display().to_string();
            match read_bindings(&name, &bytes) {
                Err(error) => refused.push(error.to_string()),
                Ok(file) => {
                    files += 1;
                    let mut application = Application { bindings: file.bindings, ..Application::default() };
                    application.settings.hosts = file.hosts;
                    let again = read_bindings(&name, write_bindings(&application).as_bytes()).unwrap();
                    assert_eq!(again.bindings, application.bindings, "{name}");
                }
            }
        }
    }
    println!("{files} binding files; refused: {refused:#?}");
    assert!(files > 30);
}
