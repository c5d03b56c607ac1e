use super::pattern::Pattern;
use super::{Draw, Optional, Wishes};
use crate::message::{Body, Message};
use crate::model::Application;
use crate::xml::SchemaSet;
use crate::xml::fixture::shop;
use std::sync::Arc;

/// A set of one schema of namespace `urn:t`, and of any others by file name.
fn schemas(body: &str, others: &[(&str, &str)]) -> SchemaSet {
    let mut application = Application::default();
    let text = format!(
        r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns="urn:t" xmlns:o="urn:o">{body}</xs:schema>"#
    );
    application.schemas.insert("schemas/T.xsd".into(), text);
    for (name, text) in others {
        application.schemas.insert(format!("schemas/{name}"), (*text).into());
    }
    SchemaSet::build(&application)
}

fn root(content: &str) -> String {
    format!(r#"<xs:element name="R"><xs:complexType>{content}</xs:complexType></xs:element>"#)
}

/// The instances of `R` for a few seeds and amounts, each checked by the validator; the plainest one comes first.
fn valid(schemas: &SchemaSet) -> Vec<String> {
    let mut texts = Vec::new();
    for optional in [Optional::None, Optional::Some, Optional::All] {
        for seed in [0, 1, 2, 77] {
            for occurrences in [1, 3] {
                let wishes = Wishes { seed, optional, occurrences, values: Vec::new() };
                let instance = schemas.generate("urn:t#R", &wishes).unwrap();
                let text = instance.text;
                assert_eq!(instance.notes, Vec::<String>::new(), "{text}");
                assert_eq!(schemas.validate(&Body::xml(text.as_str())), Ok(()), "{text}");
                assert_eq!(schemas.generate("urn:t#R", &wishes).unwrap().text, text);
                texts.push(text);
            }
        }
    }
    texts
}

#[test]
fn what_is_required_is_there_and_the_rest_by_wish() {
    let schemas = schemas(
        &root(
            r#"<xs:sequence><xs:element name="A" type="xs:string"/><xs:element name="B" type="xs:int" minOccurs="0"/>
            <xs:element name="C" minOccurs="2" maxOccurs="4" type="xs:boolean"/></xs:sequence>
            <xs:attribute name="x" type="xs:string" use="required"/><xs:attribute name="y" type="xs:date"/>"#,
        ),
        &[],
    );
    let texts = valid(&schemas);
    assert_eq!(texts[0], r#"<ns0:R xmlns:ns0="urn:t" x="x"><A>A</A><C>true</C><C>true</C></ns0:R>"#);
    assert!(texts.last().unwrap().contains("<B>") && texts.last().unwrap().contains(" y="));
    assert_eq!(texts[1].matches("<C>").count(), 3);
}

#[test]
fn choices_groups_all_and_attribute_groups_are_followed() {
    let schemas = schemas(
        &(root(
            r#"<xs:sequence><xs:choice><xs:element name="A" type="xs:string"/><xs:sequence><xs:element name="B" type="xs:string"/>
            <xs:element name="C" type="xs:string"/></xs:sequence></xs:choice><xs:group ref="G" maxOccurs="2"/>
            <xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="E" type="xs:string"/><xs:element ref="F"/></xs:choice>
            <xs:element name="H"><xs:complexType><xs:all><xs:element name="I" type="xs:string"/><xs:element name="J" type="xs:int" minOccurs="0"/></xs:all></xs:complexType></xs:element>
            </xs:sequence><xs:attributeGroup ref="AG"/>"#,
        ) + r#"<xs:group name="G"><xs:sequence><xs:element name="D" type="xs:string"/></xs:sequence></xs:group>
        <xs:attributeGroup name="AG"><xs:attribute name="z" type="xs:int" use="required"/></xs:attributeGroup>
        <xs:element name="F" type="xs:decimal"/>"#),
        &[],
    );
    let texts = valid(&schemas);
    assert_eq!(texts[0], r#"<ns0:R xmlns:ns0="urn:t" z="1"><A>A</A><D>D</D><H><I>I</I></H></ns0:R>"#);
    assert!(texts.iter().any(|t| t.contains("<B>B")), "a seed takes the other branch");
    assert!(texts.last().unwrap().contains("<E>") && texts.last().unwrap().contains("<ns0:F>"));
}

#[test]
fn values_keep_to_every_facet() {
    let facets = [
        ("xs:string", r#"<xs:enumeration value="S"/><xs:enumeration value="L"/>"#, "S"),
        ("xs:string", r#"<xs:maxLength value="2"/>"#, "NN"),
        ("xs:string", r#"<xs:length value="8"/>"#, "NNNNx123"),
        ("xs:string", r#"<xs:pattern value="[A-Z]{3}-\d{2,4}"/>"#, "AAA-00"),
        ("xs:string", r#"<xs:pattern value="(ab|cd)+x?"/><xs:minLength value="7"/>"#, "abababx"),
        ("xs:string", r#"<xs:pattern value="[\p{L}-[A-Ca-c]]*"/><xs:minLength value="2"/>"#, "DD"),
        ("xs:int", r#"<xs:minInclusive value="10"/><xs:maxInclusive value="12"/>"#, "10"),
        ("xs:int", r#"<xs:minExclusive value="-5"/><xs:maxExclusive value="-3"/>"#, "-4"),
        ("xs:integer", r#"<xs:totalDigits value="2"/><xs:minInclusive value="50"/>"#, "50"),
        ("xs:decimal", r#"<xs:fractionDigits value="2"/><xs:maxInclusive value="0.55"/>"#, "0.55"),
        ("xs:double", r#"<xs:minInclusive value="2.5"/>"#, "2.5"),
        ("xs:date", r#"<xs:minInclusive value="2030-01-01"/>"#, "2030-01-01"),
        ("xs:hexBinary", r#"<xs:length value="3"/>"#, "4F4F4F"),
        ("xs:base64Binary", r#"<xs:minLength value="4"/>"#, "AAAAAA=="),
        ("xs:positiveInteger", "", "1"),
        ("xs:negativeInteger", "", "-1"),
    ];
    for (base, facets, expected) in facets {
        let body = format!(
            r#"<xs:simpleType name="T"><xs:restriction base="{base}">{facets}</xs:restriction></xs:simpleType>"#
        ) + &*root(r#"<xs:sequence><xs:element name="NNNN" type="T"/></xs:sequence>"#);
        let texts = valid(&schemas(&body, &[]));
        assert_eq!(
            texts[0],
            format!(r#"<ns0:R xmlns:ns0="urn:t"><NNNN>{expected}</NNNN></ns0:R>"#),
            "{base} {facets}"
        );
    }
}

#[test]
fn every_built_in_type_has_a_value() {
    let names = "string normalizedString token language Name NCName NMTOKEN NMTOKENS ID anyURI boolean decimal integer \
        int long short byte unsignedInt unsignedLong unsignedShort unsignedByte nonNegativeInteger positiveInteger \
        nonPositiveInteger negativeInteger float double duration dateTime date time gYear gYearMonth gMonth gMonthDay gDay \
        hexBinary base64Binary anySimpleType anyType";
    for name in names.split_whitespace() {
        let element = format!(r#"<xs:sequence><xs:element name="N" type="xs:{name}"/></xs:sequence>"#);
        valid(&schemas(&root(&element), &[]));
    }
}

#[test]
fn extensions_restrictions_abstract_types_and_substitution_groups_are_written() {
    let schemas = schemas(
        &(root(
            r#"<xs:sequence><xs:element name="A" type="More"/><xs:element name="B" type="Any"/><xs:element ref="Head"/>
            <xs:element name="P"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal"><xs:attribute name="cur" use="required" type="xs:string" fixed="EUR"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
            </xs:sequence>"#,
        ) + r#"<xs:complexType name="Base"><xs:sequence><xs:element name="One" type="xs:string"/></xs:sequence></xs:complexType>
        <xs:complexType name="More"><xs:complexContent><xs:extension base="Base"><xs:sequence><xs:element name="Two" type="xs:string" default="2"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
        <xs:complexType name="Any" abstract="true"><xs:sequence/></xs:complexType>
        <xs:complexType name="Some"><xs:complexContent><xs:extension base="Any"><xs:sequence><xs:element name="Q" type="xs:int"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
        <xs:element name="Head" abstract="true" type="xs:string"/><xs:element name="Member" substitutionGroup="Head" type="xs:string"/>"#),
        &[],
    );
    let text = schemas.generate("urn:t#R", &Wishes::default()).unwrap().text;
    assert_eq!(
        text,
        r#"<ns0:R xmlns:ns0="urn:t"><A><One>One</One><Two>2</Two></A><B xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="ns0:Some"><Q>1</Q></B><ns0:Member>Member</ns0:Member><P cur="EUR">1</P></ns0:R>"#
            .replace(r#"<B xmlns:xsi"#, r#"<B xmlns:ns0="urn:t" xmlns:xsi"#)
    );
    valid(&schemas);
}

#[test]
fn recursion_ends_where_the_schema_lets_it() {
    let node = r#"<xs:complexType name="Node"><xs:sequence><xs:element name="Name" type="xs:string"/><xs:element name="Child" type="Node" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>"#;
    let tree =
        schemas(&(root(r#"<xs:sequence><xs:element name="Tree" type="Node"/></xs:sequence>"#) + node), &[]);
    assert!(!valid(&tree).iter().any(|text| text.contains("<Child>")));

    let either = root(r#"<xs:sequence><xs:element name="E" type="Expr"/></xs:sequence>"#)
        + r#"<xs:complexType name="Expr"><xs:choice><xs:element name="Not" type="Expr"/><xs:element name="Leaf" type="xs:string"/></xs:choice></xs:complexType>"#;
    assert_eq!(
        valid(&schemas(&either, &[]))[0],
        r#"<ns0:R xmlns:ns0="urn:t"><E><Leaf>Leaf</Leaf></E></ns0:R>"#
    );

    let endless = root(r#"<xs:sequence><xs:element name="E" type="Loop"/></xs:sequence>"#)
        + r#"<xs:complexType name="Loop"><xs:sequence><xs:element name="E" type="Loop"/></xs:sequence></xs:complexType>"#;
    let error = schemas(&endless, &[]).generate("urn:t#R", &Wishes::default()).unwrap_err();
    assert!(error.message.contains("more than fits"), "{error}");
    let many = root(
        r#"<xs:sequence><xs:element name="E" minOccurs="9000000" maxOccurs="unbounded" type="xs:int"/></xs:sequence>"#,
    );
    assert!(schemas(&many, &[]).generate("urn:t#R", &Wishes::default()).is_err());
}

#[test]
fn includes_and_imports_keep_their_namespaces() {
    let plain = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"><xs:complexType name="Address"><xs:sequence><xs:element name="Town" type="Town"/></xs:sequence></xs:complexType>
      <xs:simpleType name="Town"><xs:restriction base="xs:string"><xs:enumeration value="Ulm"/></xs:restriction></xs:simpleType></xs:schema>"#;
    let other = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:o" elementFormDefault="qualified"><xs:element name="Tax"><xs:complexType><xs:sequence><xs:element name="Rate" type="xs:int"/></xs:sequence><xs:attribute name="q" form="qualified" use="required" type="xs:string"/></xs:complexType></xs:element></xs:schema>"#;
    let body =
        r#"<xs:include schemaLocation="Plain.xsd"/><xs:import namespace="urn:o" schemaLocation="Other.xsd"/>"#
            .to_owned()
            + &*root(
                r#"<xs:sequence><xs:element name="A" type="Address"/><xs:element ref="o:Tax"/></xs:sequence>"#,
            );
    let schemas = schemas(&body, &[("Plain.xsd", plain), ("Other.xsd", other)]);
    let text = schemas.generate("urn:t#R", &Wishes::default()).unwrap().text;
    let expected = r#"<ns0:R xmlns:ns0="urn:t"><A><ns0:Town>Ulm</ns0:Town></A><ns1:Tax xmlns:ns1="urn:o" ns1:q="q"><ns1:Rate>1</ns1:Rate></ns1:Tax></ns0:R>"#;
    assert_eq!(text, expected);
}

/// Promoted fields are there though the schema does not ask for them, so that correlations have their values.
#[test]
fn promoted_fields_are_there_and_take_wished_values() {
    let schemas = shop();
    let wish = |field: &str, text: &str| (field.to_owned(), text.to_owned());
    let wishes = Wishes {
        values: vec![
            wish("ShopProperties.OrderID", "A17"),
            wish("Head.Status", "OPEN & <new>"),
            wish("/Order/Line/Price", "2.50"),
        ],
        ..Wishes::default()
    };
    let text = schemas.generate("http://o#Order", &wishes).unwrap().text;
    let mut message = Message::single(Message::body_name(), Arc::new(Body::xml(text.as_str())));
    assert!(schemas.promote(&mut message).unwrap());
    let property = |name: &str| message.context.get(name.into()).map(|v| v.to_xml());
    assert_eq!(property("ShopProperties.OrderID").as_deref(), Some("A17"));
    assert_eq!(property("ShopProperties.SeqNum").as_deref(), Some("1"));
    assert!(
        text.contains("<Status>OPEN &amp; &lt;new></Status>")
            || text.contains("<Status>OPEN &amp; &lt;new&gt;</Status>"),
        "{text}"
    );
    assert!(text.contains("<Line><Item>Item</Item><Price>2.50</Price></Line>"), "{text}");
    assert_eq!(schemas.validate(&Body::xml(text.as_str())), Ok(()), "{text}");

    let ack = Wishes {
        values: vec![wish("ShopProperties.OrderID", "B2"), wish("/Ack/Reason", "late")],
        ..Wishes::default()
    };
    let text = schemas.generate("urn:classes:Ack#Ack", &ack).unwrap().text;
    assert!(text.contains("B2") && text.contains("late"), "{text}");
    assert!(Body::xml(text).to_class(schemas.class("Ack").unwrap()).is_ok());
}

#[test]
fn wishes_that_name_nothing_are_refused() {
    let schemas = shop();
    for (field, said) in
        [("/Order/Nothing", "is not in"), ("Shop.Nothing", "promotes nothing"), ("/", "not a child step")]
    {
        let wishes = Wishes { values: vec![(field.to_owned(), "x".to_owned())], ..Wishes::default() };
        let error = schemas.generate("http://o#Order", &wishes).unwrap_err();
        assert!(error.message.contains(said), "{field}: {error}");
    }
    assert!(
        schemas.generate("urn:none#None", &Wishes::default()).unwrap_err().message.contains("urn:none#None")
    );
}

#[test]
fn a_facet_nothing_can_meet_is_noted() {
    let body = root(
        r#"<xs:sequence><xs:element name="N"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[a-z]{3}"/><xs:maxLength value="2"/></xs:restriction></xs:simpleType></xs:element></xs:sequence>"#,
    );
    let instance = schemas(&body, &[]).generate("urn:t#R", &Wishes::default()).unwrap();
    assert!(instance.notes[0].contains("/R/N") && instance.text.contains("<N>aaa</N>"), "{instance:?}");
}

proptest::proptest! {
    #[test]
    fn any_pattern_is_read_or_refused(text in "[\\[\\](){}|*+?^$.\\\\a-c0-9,dpPL-]{0,24}") {
        if let Some(pattern) = Pattern::parse(&text) {
            let _ = pattern.sample(&mut Draw::new(3), 2);
        }
    }
}

/// A valid instance of every root of the schemas below `ORCHESTRION_SHARED`, as far as the validator can tell.
#[test]
fn instances_of_real_schemas_are_valid() {
    let Ok(shared) = std::env::var("ORCHESTRION_SHARED") else {
        println!("skipped: ORCHESTRION_SHARED does not name a folder with BizTalk projects");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(shared).join("odx")];
    let (mut made, mut checked, mut wildcards, mut failures) = (0, 0, 0, Vec::new());
    while let Some(folder) = folders.pop() {
        let mut application = Application::default();
        let mut paths = std::collections::BTreeMap::new();
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xsd")) {
                let bytes = std::fs::read(&path).unwrap();
                let text = crate::message::document::decode(&bytes).unwrap().into_owned();
                application.schemas.insert(entry.file_name().to_string_lossy().into_owned(), text);
                paths.insert(entry.file_name().to_string_lossy().into_owned(), path);
            }
        }
        let schemas = SchemaSet::build(&application);
        for root in schemas.roots() {
            for (seed, optional, occurrences) in
                [(0, Optional::None, 1), (0, Optional::All, 1), (5, Optional::Some, 2)]
            {
                let wishes = Wishes { seed, optional, occurrences, values: Vec::new() };
                let place = format!("{} {}", folder.display(), root.message_type);
                match schemas.generate(&root.message_type, &wishes) {
                    Err(error) => failures.push(format!("{place}: {error}")),
                    Ok(instance) => {
                        made += 1;
                        failures.extend(instance.notes.iter().map(|note| format!("{place}: {note}")));
                        match schemas.validate(&Body::xml(instance.text.as_str())) {
                            Ok(()) => checked += 1,
                            // The validator sees one schema; messages of others may well be meant by a wildcard.
                            Err(error) if error.message.contains("cannot be validated") => {}
                            Err(error) if error.message.contains("strict wildcard") => wildcards += 1,
                            Err(error) => failures.push(format!(
                                "{place} {optional:?}: {error}\n{}",
                                instance.text.get(..900).unwrap_or(&instance.text)
                            )),
                        }
                    }
                }
            }
        }
    }
    println!("{made} instances, {checked} valid, {wildcards} with unknown content, {} not", failures.len());
    for failure in &failures {
        println!("  {failure}");
    }
    // The validator loses its place in groups within groups, where it refuses what is valid.
    assert!(made > 300 && failures.len() <= made / 500);
}
