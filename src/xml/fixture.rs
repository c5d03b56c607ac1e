//! A small shop for the tests: one property schema, orders, an envelope, a class message.

use super::SchemaSet;
use crate::model::{Application, ClassField, ClassType};

pub const PROPERTIES: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:b="http://schemas.microsoft.com/BizTalk/2003" targetNamespace="urn:shop:props">
  <xs:annotation><xs:appinfo><b:schemaInfo schema_type="property"/></xs:appinfo></xs:annotation>
  <xs:element name="OrderID" type="xs:string"/>
  <xs:element name="SeqNum" type="xs:int"/>
  <xs:element name="Placed" type="xs:dateTime"/>
  <xs:element name="Batch" type="xs:string"><xs:annotation><xs:appinfo>
    <b:fieldInfo propSchFieldBase="MessageContextPropertyBase"/></xs:appinfo></xs:annotation></xs:element>
</xs:schema>"#;

pub const ORDER: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:b="http://schemas.microsoft.com/BizTalk/2003" targetNamespace="http://o" xmlns="http://o">
  <xs:annotation><xs:appinfo><b:imports>
    <b:namespace prefix="p" uri="urn:shop:props" location=".\ShopProperties.xsd"/></b:imports></xs:appinfo></xs:annotation>
  <xs:element name="Order"><xs:annotation><xs:appinfo><b:properties>
      <b:property name="p:OrderID" xpath="/*[local-name()='Order' and namespace-uri()='http://o']/*[local-name()='ID' and namespace-uri()='']"/>
      <b:property name="p:SeqNum" xpath="/*[local-name()='Order']/*[local-name()='Head']/@*[local-name()='seq']"/>
      <b:property name="p:Placed" xpath="/*[local-name()='Order']/*[local-name()='Head']/*[local-name()='Placed']"/>
      <b:property distinguished="true" xpath="/*[local-name()='Order']/*[local-name()='Head']/*[local-name()='Status']"/>
    </b:properties></xs:appinfo></xs:annotation>
    <xs:complexType><xs:sequence>
      <xs:element name="ID" type="Number" default="none" minOccurs="0"/>
      <xs:element name="Head" type="Head"/>
      <xs:element name="Line" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
          <xs:element name="Item" type="xs:string"/><xs:element name="Price" type="xs:decimal"/>
        </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType>
  </xs:element>
  <xs:complexType name="Head"><xs:sequence>
      <xs:element name="Placed" type="xs:dateTime" minOccurs="0"/>
      <xs:element name="Status" type="xs:string" minOccurs="0"/>
    </xs:sequence><xs:attribute name="seq" type="xs:int"/></xs:complexType>
  <xs:simpleType name="Number"><xs:restriction base="xs:string"><xs:maxLength value="300"/></xs:restriction></xs:simpleType>
</xs:schema>"#;

pub const BATCH: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:b="http://schemas.microsoft.com/BizTalk/2003" xmlns:p="urn:shop:props" targetNamespace="urn:batch">
  <xs:annotation><xs:appinfo><b:schemaInfo is_envelope="yes"/></xs:appinfo></xs:annotation>
  <xs:element name="Batch"><xs:annotation><xs:appinfo>
      <b:recordInfo body_xpath="/*[local-name()='Batch' and namespace-uri()='urn:batch']/*[local-name()='Orders']"/>
      <b:properties><b:property name="p:Batch" xpath="/*[local-name()='Batch']/*[local-name()='Number']"/></b:properties>
    </xs:appinfo></xs:annotation>
    <xs:complexType><xs:sequence>
      <xs:element name="Number" type="xs:string"/>
      <xs:element name="Sender" type="xs:string" default="shop"/>
      <xs:element name="Note" type="xs:string" minOccurs="0"/>
      <xs:element name="Orders"><xs:complexType><xs:sequence><xs:any maxOccurs="50" processContents="lax"/></xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
</xs:schema>"#;

pub const INVOICE: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:invoice"
    elementFormDefault="qualified" xmlns="urn:invoice">
  <xs:element name="Invoice"><xs:complexType><xs:sequence>
      <xs:element name="Title" type="xs:string"/>
      <xs:element name="Row" maxOccurs="unbounded"><xs:complexType><xs:sequence>
          <xs:element name="Text" type="xs:string"/><xs:element name="Amount" type="xs:decimal"/>
        </xs:sequence><xs:attribute name="order" type="xs:string"/></xs:complexType></xs:element>
      <xs:element name="Day" type="xs:date" minOccurs="0"/>
    </xs:sequence><xs:attribute name="kind" type="xs:string"/></xs:complexType></xs:element>
</xs:schema>"#;

pub fn application() -> Application {
    let mut application = Application::default();
    for (path, text) in [
        ("schemas/ShopProperties.xsd", PROPERTIES),
        ("schemas/Order.xsd", ORDER),
        ("schemas/Batch.xsd", BATCH),
        ("schemas/Invoice.xsd", INVOICE),
    ] {
        application.schemas.insert(path.into(), text.into());
    }
    let field = |name: &str, field_type: &str, promoted: Option<&str>, max_length| ClassField {
        name: name.into(),
        field_type: field_type.into(),
        promoted: promoted.map(Into::into),
        max_length,
    };
    application.settings.classes.push(ClassType {
        name: "Shop.Classes.Ack".into(),
        root: "Ack".into(),
        namespace: "urn:classes:Ack".into(),
        fields: vec![
            field("OrderID", "System.String", Some("ShopProperties.OrderID"), Some(8)),
            field("SeqNum", "System.Int32", Some("ShopProperties.SeqNum"), None),
            field("Reason", "System.String", None, None),
        ],
    });
    application
}

pub fn shop() -> SchemaSet {
    SchemaSet::build(&application())
}

pub fn order(id: &str, sequence: &str) -> String {
    format!(
        r#"<o:Order xmlns:o="http://o"><ID>{id}</ID><Head seq="{sequence}"><Status>NEW</Status></Head></o:Order>"#
    )
}
