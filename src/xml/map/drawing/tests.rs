//! Maps drawn by hand, each with the message worked out from its links.

use super::*;
use crate::message::{Body, Message, Value, ValueType};
use crate::model::{
    Application, CustomXslt, Functoid, FunctoidInput, InputValue, LinkEnd, LoopTable, MapLink, MapPage,
    MapValue, Script,
};
use crate::xml::map::MapError;
use std::sync::Arc;

const HARVEST: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:farm">
  <xs:element name="Harvest"><xs:complexType><xs:sequence>
    <xs:element name="Farm" type="xs:string"/>
    <xs:element name="Note" type="xs:string" minOccurs="0"/>
    <xs:element name="Field" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="Name" type="xs:string"/>
      <xs:element name="Area" type="xs:decimal"/>
      <xs:element name="Crop" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:element name="Kind" type="xs:string"/><xs:element name="Tons" type="xs:decimal"/></xs:sequence>
        <xs:attribute name="grade" type="xs:string"/></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="Barn" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="Town" type="xs:string" nillable="true"/></xs:sequence></xs:complexType></xs:element>
    <xs:element name="Helper" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="Name" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence><xs:attribute name="year" type="xs:int"/></xs:complexType></xs:element></xs:schema>"#;

const REPORT: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:report">
  <xs:element name="Report"><xs:complexType><xs:sequence>
    <xs:element name="Title" type="xs:string"/>
    <xs:element name="Remark" type="xs:string" minOccurs="0"/>
    <xs:element name="Total" type="xs:string"/>
    <xs:element name="Page"><xs:complexType><xs:sequence>
      <xs:element name="Row" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:element name="Label" type="xs:string"/><xs:element name="Size" type="xs:string" minOccurs="0"/>
        <xs:element name="Part" maxOccurs="unbounded" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="Kind" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
        </xs:sequence><xs:attribute name="no" type="xs:string"/></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
    <xs:element name="Place" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="Town" type="xs:string" nillable="true"/><xs:element name="Land" type="xs:string" default="none"/></xs:sequence></xs:complexType></xs:element>
    <xs:element name="Worker" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element></xs:schema>"#;

const INPUT: &str = r#"<f:Harvest xmlns:f="urn:farm" year="2025"><Farm>Oak</Farm>
  <Field><Name>North</Name><Area>2.5</Area><Crop grade="A"><Kind>Rye</Kind><Tons>4</Tons></Crop><Crop grade="B"><Kind>Oats</Kind><Tons>1.5</Tons></Crop></Field>
  <Field><Name>South</Name><Area>10</Area><Crop grade="A"><Kind>Wheat</Kind><Tons>7</Tons></Crop></Field>
  <Barn><Town>Ulm</Town></Barn><Helper><Name>Ann</Name></Helper><Helper><Name>Bob</Name></Helper></f:Harvest>"#;

/// A map under construction. Paths are those of the schemas without their root.
#[derive(Default)]
struct Sketch {
    page: MapPage,
    drawing: MapDrawing,
}

impl Sketch {
    fn path(side: &str, path: &str) -> String {
        let root = if side == "from" { "Harvest" } else { "Report" };
        let steps =
            std::iter::once("<Schema>").chain([root]).chain(path.split('/').filter(|s| !s.is_empty()));
        steps
            .map(|step| match step.strip_prefix('@') {
                Some(name) => format!("/@*[local-name()='{name}']"),
                None => format!("/*[local-name()='{step}']"),
            })
            .collect()
    }

    fn end(side: &str, end: &str) -> LinkEnd {
        end.strip_prefix('#').map_or_else(
            || LinkEnd::Node(Self::path(side, end)),
            |number| LinkEnd::Functoid(number.parse().unwrap()),
        )
    }

    /// A link; `#3` is functoid 3.
    fn link(mut self, from: &str, to: &str) -> Self {
        let id = u32::try_from(self.page.links.len()).unwrap() + 1;
        let link = MapLink {
            id,
            from: Self::end("from", from),
            to: Self::end("to", to),
            label: String::new(),
            copy: String::new(),
            directive: String::new(),
        };
        self.page.links.push(link);
        self
    }

    fn copying(mut self, directive: &str) -> Self {
        directive.clone_into(&mut self.page.links.last_mut().unwrap().copy);
        self
    }

    /// A functoid with its inputs: nodes, other functoids, or constants after `=`.
    fn functoid(mut self, id: u32, function: u32, inputs: &[&str]) -> Self {
        let mut own = Functoid { id, function, ..Functoid::default() };
        for (at, input) in inputs.iter().enumerate() {
            let value = if let Some(text) = input.strip_prefix('=') {
                InputValue::Constant(text.into())
            } else {
                self = self.link(input, &format!("#{id}"));
                InputValue::Link(self.page.links.last().unwrap().id)
            };
            own.inputs.push(FunctoidInput { value, index: None, guid: format!("g{id}-{at}") });
        }
        self.page.functoids.push(own);
        self
    }

    fn script(mut self, language: &str, text: &str) -> Self {
        let own = self.page.functoids.last_mut().unwrap();
        own.scripts.push(Script { language: language.into(), text: text.into(), ..Script::default() });
        self
    }

    fn constant(mut self, path: &str, text: &str) -> Self {
        self.drawing.constants.insert(Self::path("to", path), text.into());
        self
    }

    fn map(mut self) -> Map {
        self.drawing.pages.push(self.page);
        Map {
            name: "Farm.HarvestToReport".into(),
            sources: vec!["urn:farm#Harvest".into()],
            targets: vec!["urn:report#Report".into()],
            drawing: Some(Box::new(self.drawing)),
            ..Map::default()
        }
    }
}

fn schemas() -> SchemaSet {
    let mut application = Application::default();
    application.schemas.insert("schemas/Harvest.xsd".into(), HARVEST.into());
    application.schemas.insert("schemas/Report.xsd".into(), REPORT.into());
    SchemaSet::build(&application)
}

fn noon() -> DateTime {
    match Value::from_xml("2024-03-01T12:00:00Z", &ValueType::DateTime).unwrap() {
        Value::DateTime(time) => time,
        other => panic!("{other:?}"),
    }
}

struct Stubs;

impl Scripts for Stubs {
    fn call(&mut self, class: &str, function: &str, arguments: &[String]) -> Option<Result<String, String>> {
        match function {
            "Functoid9" => Some(Ok(format!("<Title>{}</Title>", arguments.join("|")))),
            "Shout" => Some(Ok(format!("{class}:{}!", arguments.join("+")))),
            "Fail" => Some(Err("out of paper".into())),
            _ => None,
        }
    }
}

fn try_on(sketch: Sketch, input: &str) -> Result<String, MapError> {
    let message = Arc::new(Message::single(Message::body_name(), Arc::new(Body::xml(input))));
    let mut out = crate::xml::map::apply(&sketch.map(), &[message], noon(), &schemas(), &mut Stubs)?;
    Ok(out.remove(0).body_part().unwrap().body.to_text().unwrap().to_string())
}

/// The content of the report.
#[track_caller]
fn gives(sketch: Sketch, expected: &str) {
    let text = try_on(sketch, INPUT).unwrap();
    let inner = text
        .strip_prefix("<ns0:Report xmlns:ns0=\"urn:report\">")
        .and_then(|rest| rest.strip_suffix("</ns0:Report>"));
    let inner = inner.unwrap_or(if text.ends_with("/>") { "" } else { &text });
    assert_eq!(inner, expected);
}

fn sketch() -> Sketch {
    Sketch::default()
}

#[test]
fn fields_are_copied_and_optional_ones_only_when_they_are_there() {
    gives(sketch().link("Farm", "Title").link("Note", "Remark"), "<Title>Oak</Title>");
    gives(sketch().link("@year", "Total"), "<Total>2025</Total>");
    let noted = INPUT.replace("</Farm>", "</Farm><Note>wet</Note>");
    let text = try_on(sketch().link("Note", "Remark"), &noted).unwrap();
    assert!(text.contains("<Remark>wet</Remark>"), "{text}");
}

#[test]
fn a_record_is_written_for_each_source_record_its_fields_come_from() {
    gives(
        sketch().link("Field/Name", "Page/Row/Label").link("Field/Area", "Page/Row/Size"),
        "<Page><Row><Label>North</Label><Size>2.5</Size></Row><Row><Label>South</Label><Size>10</Size></Row></Page>",
    );
}

#[test]
fn fields_from_two_levels_flatten_the_deeper_one() {
    gives(
        sketch().link("Field/Name", "Page/Row/Label").link("Field/Crop/Kind", "Page/Row/Size"),
        "<Page><Row><Label>North</Label><Size>Rye</Size></Row><Row><Label>North</Label><Size>Oats</Size></Row>\
         <Row><Label>South</Label><Size>Wheat</Size></Row></Page>",
    );
}

#[test]
fn nested_records_loop_inside_each_other() {
    gives(
        sketch().link("Field/Name", "Page/Row/Label").link("Field/Crop/Kind", "Page/Row/Part/Kind"),
        "<Page><Row><Label>North</Label><Part><Kind>Rye</Kind></Part><Part><Kind>Oats</Kind></Part></Row>\
         <Row><Label>South</Label><Part><Kind>Wheat</Kind></Part></Row></Page>",
    );
}

#[test]
fn without_a_functoid_a_field_of_the_root_takes_the_first_record() {
    gives(sketch().link("Field/Name", "Title"), "<Title>North</Title>");
    gives(sketch().link("Helper/Name", "Worker"), "<Worker>Ann</Worker><Worker>Bob</Worker>");
}

#[test]
fn a_looping_functoid_goes_through_each_of_its_inputs() {
    gives(
        sketch()
            .functoid(1, 424, &["Field", "Helper"])
            .link("#1", "Page/Row")
            .link("Field/Name", "Page/Row/Label")
            .link("Helper/Name", "Page/Row/Label")
            .link("Field/Area", "Page/Row/Size"),
        "<Page><Row><Label>North</Label><Size>2.5</Size></Row><Row><Label>South</Label><Size>10</Size></Row>\
         <Row><Label>Ann</Label></Row><Row><Label>Bob</Label></Row></Page>",
    );
}

#[test]
fn a_logical_functoid_at_a_record_picks_the_records() {
    gives(
        sketch()
            .functoid(1, 311, &["Field/Area", "=5"])
            .link("#1", "Page/Row")
            .link("Field/Name", "Page/Row/Label"),
        "<Page><Row><Label>South</Label></Row></Page>",
    );
    gives(
        sketch()
            .functoid(1, 424, &["Field"])
            .functoid(2, 315, &["Field/Name", "=North"])
            .link("#1", "Page/Row")
            .link("#2", "Page/Row")
            .link("Field/Name", "Page/Row/Label"),
        "<Page><Row><Label>North</Label></Row></Page>",
    );
}

#[test]
fn a_logical_functoid_at_a_field_of_the_root_loops_there() {
    gives(
        sketch().functoid(1, 315, &["Field/Area", "=10.0"]).link("#1", "Title").link("Field/Name", "Title"),
        "<Title>South</Title>",
    );
}

#[test]
fn value_mapping_writes_the_value_or_nothing() {
    gives(
        sketch()
            .functoid(1, 315, &["Field/Crop/@grade", "=A"])
            .functoid(2, 375, &["#1", "Field/Crop/Kind"])
            .link("#2", "Page/Row/Label"),
        "<Page><Row><Label>Rye</Label></Row><Row/><Row><Label>Wheat</Label></Row></Page>",
    );
}

#[test]
fn the_flattening_kind_gathers_the_values_of_the_innermost_records() {
    let of = |id: u32, kind: &str| {
        let (first, second) = (format!("#{id}"), id + 1);
        (first, second, format!("={kind}"))
    };
    let (first, second, rye) = of(1, "Rye");
    gives(
        sketch()
            .functoid(1, 315, &["Field/Crop/Kind", &rye])
            .functoid(second, 374, &[&first, "Field/Crop/Tons"])
            .link("#2", "Page/Row/Label")
            .link("Field/Name", "Page/Row/Size"),
        "<Page><Row><Label>4</Label><Size>North</Size></Row><Row><Size>South</Size></Row></Page>",
    );
}

#[test]
fn two_values_for_one_field_are_both_tried() {
    gives(
        sketch()
            .functoid(1, 315, &["Farm", "=Oak"])
            .functoid(2, 705, &["#1"])
            .functoid(3, 375, &["#1", "=yes"])
            .functoid(4, 375, &["#2", "=no"])
            .link("#3", "Title")
            .link("#4", "Title"),
        "<Title>yes</Title>",
    );
}

#[test]
fn record_count_index_iteration_and_cumulative_functoids() {
    gives(sketch().functoid(1, 322, &["Field"]).link("#1", "Total"), "<Total>2</Total>");
    gives(sketch().functoid(1, 322, &["Field/Crop"]).link("#1", "Total"), "<Total>3</Total>");
    gives(sketch().functoid(1, 323, &["Field/Name", "=2"]).link("#1", "Title"), "<Title>South</Title>");
    gives(
        sketch().functoid(1, 323, &["Field/Crop/Kind", "=2", "=1"]).link("#1", "Title"),
        "<Title>Oats</Title>",
    );
    gives(sketch().functoid(1, 324, &["Field/Crop/Tons"]).link("#1", "Total"), "<Total>12.5</Total>");
    gives(sketch().functoid(1, 325, &["Field/Area"]).link("#1", "Total"), "<Total>6.25</Total>");
    gives(sketch().functoid(1, 326, &["Field/Area"]).link("#1", "Total"), "<Total>2.5</Total>");
    gives(sketch().functoid(1, 327, &["Field/Area"]).link("#1", "Total"), "<Total>10</Total>");
    gives(sketch().functoid(1, 328, &["Field/Name"]).link("#1", "Total"), "<Total>NorthSouth</Total>");
    gives(
        sketch().functoid(1, 120, &["Field/Crop/Tons", "=2"]).functoid(2, 324, &["#1"]).link("#2", "Total"),
        "<Total>25</Total>",
    );
    gives(
        sketch().functoid(1, 474, &["Field"]).link("#1", "Page/Row/@no").link("Field/Name", "Page/Row/Label"),
        "<Page><Row no=\"1\"><Label>North</Label></Row><Row no=\"2\"><Label>South</Label></Row></Page>",
    );
}

#[test]
fn functoids_of_every_group_compute() {
    let cases: [(u32, &[&str], &str); 27] = [
        (101, &["Farm", "=k"], "3"),
        (102, &["Farm", "=2"], "Oa"),
        (103, &["Farm"], "oak"),
        (104, &["Farm", "=2"], "ak"),
        (105, &["Farm"], "3"),
        (106, &["Farm", "=2", "=3"], "ak"),
        (107, &["Farm", "=-", "@year"], "Oak-2025"),
        (108, &["=  x "], "x "),
        (109, &["=  x "], "  x"),
        (110, &["Farm"], "OAK"),
        (111, &["=-3"], "3"),
        (112, &["=2.9"], "2"),
        (115, &["=7", "=4"], "3"),
        (116, &["=2.345", "=2"], "2.34"),
        (117, &["=16"], "4"),
        (118, &["@year", "=1"], "2026"),
        (119, &["@year", "=25"], "2000"),
        (121, &["=1", "=8"], "0.125"),
        (122, &["=2024-02-28", "=2"], "2024-03-01"),
        (123, &[], "2024-03-01"),
        (125, &[], "2024-03-01T12:00:00"),
        (126, &["=65"], "A"),
        (127, &["=A"], "65"),
        (128, &["=255"], "FF"),
        (129, &["=8"], "10"),
        (135, &["=1"], "0"),
        (138, &["=2", "=10"], "1024"),
    ];
    for (function, inputs, expected) in cases {
        gives(
            sketch().functoid(1, function, inputs).link("#1", "Title"),
            &format!("<Title>{expected}</Title>"),
        );
    }
    gives(sketch().functoid(1, 118, &["Farm", "=1"]).link("#1", "Title"), "<Title/>");
}

#[test]
fn existence_and_types_are_told() {
    let of = |function, input: &str| {
        sketch().functoid(1, function, &[input]).functoid(2, 375, &["#1", "=y"]).link("#2", "Title")
    };
    gives(of(701, "Farm"), "<Title>y</Title>");
    gives(of(701, "Note"), "");
    gives(of(317, "Note"), "");
    gives(of(318, "=2024-02-30"), "");
    gives(of(318, "=2024-02-29"), "<Title>y</Title>");
    gives(of(319, "@year"), "<Title>y</Title>");
    gives(of(705, "=0"), "<Title>y</Title>");
}

#[test]
fn a_table_writes_a_record_a_row() {
    let table = LoopTable {
        gated: false,
        columns: 2,
        rows: vec![vec!["g1-2".into(), "g1-3".into()], vec!["g1-4".into(), "g1-5".into()]],
    };
    let mut own = sketch()
        .functoid(1, 703, &["Farm", "=2", "Farm", "=first", "@year", "=second"])
        .functoid(2, 704, &["#1", "=1"])
        .functoid(3, 704, &["#1", "=2"])
        .link("#1", "Page/Row")
        .link("#2", "Page/Row/Label")
        .link("#3", "Page/Row/Size");
    own.page.functoids[0].table = Some(table);
    gives(
        own,
        "<Page><Row><Label>Oak</Label><Size>first</Size></Row><Row><Label>2025</Label><Size>second</Size></Row></Page>",
    );
}

#[test]
fn a_gated_table_leaves_rows_with_an_empty_gate_out() {
    let mut own = sketch()
        .functoid(1, 703, &["Farm", "=1", "Note", "@year"])
        .functoid(2, 704, &["#1", "=1"])
        .link("#1", "Page/Row")
        .link("#2", "Page/Row/Label");
    own.page.functoids[0].table =
        Some(LoopTable { gated: true, columns: 1, rows: vec![vec!["g1-2".into()], vec!["g1-3".into()]] });
    gives(own, "<Page><Row><Label>2025</Label></Row></Page>");
}

#[test]
fn constants_defaults_names_and_record_links() {
    gives(
        sketch().link("Farm", "Title").constant("Total", "7").constant("Remark", "<empty>"),
        "<Title>Oak</Title><Remark/><Total>7</Total>",
    );
    gives(sketch().link("Farm", "Title").copying("CopyName"), "<Title>Farm</Title>");
    gives(
        sketch().link("Field", "Page/Row").link("Field/Name", "Page/Row/Label"),
        "<Page><Row><Label>North</Label></Row><Row><Label>South</Label></Row></Page>",
    );
    let mut own = sketch().link("Barn/Town", "Place/Town");
    own.drawing.settings.insert("GenerateDefaultFixedNodes".into(), "Yes".into());
    gives(own, "<Place><Town>Ulm</Town><Land>none</Land></Place>");
}

#[test]
fn nil_goes_through_and_is_set() {
    let nil = INPUT.replace(
        "<Town>Ulm</Town>",
        r#"<Town xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>"#,
    );
    let text = try_on(sketch().link("Barn/Town", "Place/Town"), &nil).unwrap();
    assert!(text.contains("xsi:nil=\"true\"/></Place>"), "{text}");
    let set = sketch().functoid(1, 315, &["Farm", "=Oak"]).functoid(2, 376, &["#1"]).link("#2", "Place/Town");
    assert!(try_on(set, INPUT).unwrap().contains("xsi:nil=\"true\"/></Place>"));
}

#[test]
fn mass_copy_takes_everything_below_a_record() {
    gives(sketch().functoid(1, 802, &["Barn"]).link("#1", "Place"), "<Place><Town>Ulm</Town></Place>");
}

#[test]
fn an_assertion_fails_the_map_with_its_text() {
    let own = |wanted: &str| {
        sketch()
            .functoid(1, 315, &["Farm", wanted])
            .functoid(2, 801, &["#1", "=not our farm", "Farm"])
            .link("#2", "Title")
    };
    gives(own("=Oak"), "<Title>Oak</Title>");
    let error = try_on(own("=Elm"), INPUT).unwrap_err();
    assert!(error.message.contains("not our farm") && error.map == "Farm.HarvestToReport", "{error}");
}

#[test]
fn inline_xslt_runs_where_the_loops_have_arrived() {
    let row = r#"<Label><xsl:value-of select="concat(Name, ' of ', ../Farm)"/></Label>"#;
    gives(
        sketch()
            .functoid(1, 260, &[])
            .script("Xslt", row)
            .link("Field", "Page/Row")
            .link("#1", "Page/Row/Label"),
        "<Page><Row><Label>North of Oak</Label></Row><Row><Label>South of Oak</Label></Row></Page>",
    );
    let template = r#"<xsl:template name="Tag"><xsl:param name="a"/><xsl:param name="b"/><Title><xsl:value-of select="concat($b, $a)"/></Title></xsl:template>"#;
    gives(
        sketch()
            .functoid(1, 260, &["Farm", "@year"])
            .script("XsltCallTemplate", template)
            .link("#1", "Title"),
        "<Title>2025Oak</Title>",
    );
    let call = r#"<xsl:call-template name="Tag"><xsl:with-param name="a" select="'x'"/><xsl:with-param name="b" select="'y'"/></xsl:call-template>"#;
    gives(
        sketch()
            .functoid(1, 260, &[])
            .script("Xslt", call)
            .link("#1", "Title")
            .functoid(2, 260, &["Farm", "@year"])
            .script("XsltCallTemplate", template),
        "<Title>yx</Title>",
    );
    let sorted = r#"<xsl:for-each select="key('all', 'Oak')/Field"><xsl:sort select="Name" order="descending"/><Row><Label><xsl:value-of select="Name"/></Label></Row></xsl:for-each>"#;
    gives(
        sketch()
            .functoid(1, 260, &[])
            .script("Xslt", sorted)
            .link("#1", "Page")
            .functoid(2, 260, &[])
            .script("XsltCallTemplate", r#"<xsl:key name="all" match="*" use="string(Farm)"/>"#)
            .link("#2", "Page"),
        "<Row><Label>South</Label></Row><Row><Label>North</Label></Row>",
    );
    // Without a stand-in the code of an author gives nothing.
    let coded = r#"<Title><xsl:value-of select="concat('a', userCSharp:Shout(Farm, 'b)'), ScriptNS0:Now())"/></Title>"#;
    gives(sketch().functoid(1, 260, &[]).script("Xslt", coded).link("#1", "Title"), "<Title>a</Title>");
    let odd = sketch()
        .functoid(1, 260, &[])
        .script("Xslt", r#"<xsl:for-each select="Field"><xsl:number/></xsl:for-each>"#)
        .link("#1", "Title");
    let error = try_on(odd, INPUT).unwrap_err();
    assert!(
        error.message.contains("xsl:number is not supported") && error.help.contains("Functoid1"),
        "{error}"
    );
    let stood_in = sketch()
        .functoid(9, 260, &["Farm"])
        .script("Xslt", r#"<xsl:for-each select="Field"><xsl:number/></xsl:for-each>"#)
        .link("#9", "Title");
    gives(stood_in, "<Title>Oak</Title>");
}

#[test]
fn code_is_asked_of_the_stand_in_or_gives_the_empty_value_of_its_type() {
    let code =
        |text: &str| sketch().functoid(1, 260, &["Farm", "=x"]).script("CSharp", text).link("#1", "Title");
    gives(
        code("public string Shout(string a, string b)\n{ return a; }"),
        "<Title>Farm.HarvestToReport:Oak+x!</Title>",
    );
    gives(code("public int Unknown(string a, string b)\n{ return 1; }"), "<Title>0</Title>");
    gives(code("public string Unknown(string a, string b)\n{ return a; }"), "<Title/>");
    let error = try_on(code("public string Fail(string a, string b)\n{ return a; }"), INPUT).unwrap_err();
    assert!(error.message.contains("out of paper") && !error.help.is_empty(), "{error}");

    let classes = stand_in(&code("public string Shout(string a, string b)\n{ return a; }").map());
    assert_eq!(classes[0].0, "Farm.HarvestToReport");
    assert!(classes[0].1.contains("fn Shout(value1, value2) {") && classes[0].1.contains("// { return a; }"));
}

#[test]
fn a_custom_stylesheet_stands_for_the_drawing() {
    let sheet = r#"<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:farm">
      <xsl:template match="/f:Harvest"><n:Report xmlns:n="urn:report"><Title><xsl:value-of select="Farm"/></Title></n:Report></xsl:template></xsl:stylesheet>"#;
    let own = |text: &str| {
        let mut own = sketch().link("Note", "Title");
        own.drawing.custom_xslt =
            Some(CustomXslt { path: "x.xslt".into(), text: text.into(), ..CustomXslt::default() });
        own
    };
    assert!(try_on(own(sheet), INPUT).unwrap().contains("<Title>Oak</Title>"));
    assert!(try_on(own(""), INPUT).unwrap_err().message.contains("x.xslt is not there"));
    assert!(try_on(own("<a"), INPUT).unwrap_err().message.contains("cannot run"));
}

#[test]
fn broken_drawings_fail_with_a_reason() {
    let ring = sketch().functoid(1, 107, &["#2"]).functoid(2, 107, &["#1"]).link("#1", "Title");
    assert!(try_on(ring, INPUT).unwrap_err().message.contains("ring"));
    let unknown = sketch().functoid(1, 999, &["Farm"]).link("#1", "Title");
    assert!(try_on(unknown, INPUT).unwrap_err().message.contains("999"));
    gives(sketch().link("Nowhere", "Title").link("Farm", "Nothing"), "");
    gives(sketch().link("#7", "Title"), "");
}

#[test]
fn several_messages_are_joined_and_split() {
    let part = |side: &str, at: usize, rest: &str| {
        let head = format!(
            "/*[local-name()='<Schema>']/*[local-name()='Root']/*[local-name()='{side}MessagePart_{at}']"
        );
        rest.split('/').fold(head, |path, step| format!("{path}/*[local-name()='{step}']"))
    };
    let link = |id, from: String, to: String| MapLink {
        id,
        from: LinkEnd::Node(from),
        to: LinkEnd::Node(to),
        label: String::new(),
        copy: String::new(),
        directive: String::new(),
    };
    let links = vec![
        link(1, part("Input", 1, "Harvest/Farm"), part("Output", 0, "Report/Title")),
        link(2, part("Input", 0, "Harvest/Farm"), part("Output", 1, "Report/Title")),
    ];
    let drawing =
        MapDrawing { pages: vec![MapPage { links, ..MapPage::default() }], ..MapDrawing::default() };
    let map = Map {
        name: "Join".into(),
        sources: vec!["urn:farm#Harvest".into(); 2],
        targets: vec!["urn:report#Report".into(); 2],
        drawing: Some(Box::new(drawing)),
        ..Map::default()
    };
    let message = |text: &str| Arc::new(Message::single(Message::body_name(), Arc::new(Body::xml(text))));
    let inputs = [message(INPUT), message(&INPUT.replace("Oak", "Elm"))];
    let out = crate::xml::map::apply(&map, &inputs, noon(), &schemas(), &mut Unscripted).unwrap();
    let texts: Vec<_> =
        out.iter().map(|m| m.body_part().unwrap().body.to_text().unwrap().to_string()).collect();
    assert!(texts[0].contains("<Title>Elm</Title>") && texts[1].contains("<Title>Oak</Title>"), "{texts:?}");
}

#[test]
fn a_drawing_reads_as_rules_and_takes_links() {
    let mut map = Sketch::default().link("Farm", "Title").constant("Remark", "<empty>").map();
    let told = |map: &Map| -> Vec<(String, MapValue)> {
        super::drawn_rules(map).into_iter().map(|rule| (rule.to, rule.value)).collect()
    };
    let link = |path: &str| MapValue::Link(path.into());
    let empty = ("/Report/Remark".to_owned(), MapValue::Constant(String::new()));
    assert_eq!(told(&map), [empty.clone(), ("/Report/Title".into(), link("/Harvest/Farm"))]);
    let set = schemas();
    let roots = (set.structure("urn:farm#Harvest").unwrap(), set.structure("urn:report#Report").unwrap());
    let drawing = map.drawing.as_mut().unwrap();
    assert!(super::draw_link(drawing, (roots.0, "/Harvest/@year"), (roots.1, "/Report/Title")));
    assert!(!super::draw_link(drawing, (roots.0, "/Harvest/Gone"), (roots.1, "/Report/Title")));
    assert_eq!(
        told(&map),
        [empty.clone(), ("/Report/Title".into(), link("/Harvest/@year"))],
        "in place of the other"
    );
    super::remove_links(map.drawing.as_mut().unwrap(), "/Report/Title");
    assert_eq!(told(&map), [empty]);
    super::remove_links(map.drawing.as_mut().unwrap(), "/Report/Remark");
    assert_eq!(told(&map), []);
}
