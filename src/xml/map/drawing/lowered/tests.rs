use crate::xml::map::drawing::script::transform;

const ORDERS: &str = r#"<s:Orders xmlns:s="urn:orders"><Order n="10"><City>Rome</City><Kind>a</Kind></Order>\
<Order n="9"><City>oslo</City><Kind>a</Kind></Order><Order n="2"><City>Rome</City><Kind>b</Kind></Order>\
<Order n="x"><City>Oslo</City><Kind>a</Kind></Order></s:Orders>"#;

fn run(top: &str, body: &str) -> Result<String, String> {
    let sheet = format!(
        r#"<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform" xmlns:s="urn:orders"
            exclude-result-prefixes="s"><x:output omit-xml-declaration="yes"/>{top}
            <x:template match="/"><out>{body}</out></x:template></x:stylesheet>"#
    );
    transform(&sheet, &ORDERS.replace("\\\n", ""), false)
}

fn gives(top: &str, body: &str, expected: &str) {
    let text = run(top, body).unwrap();
    let inside = text.strip_prefix("<out>").and_then(|text| text.strip_suffix("</out>"));
    assert_eq!(inside, Some(expected), "{text}");
}

const CITY: &str = r#"<x:key name="city" match="Order" use="City"/>"#;

#[test]
fn loops_are_sorted_by_words_and_numbers() {
    let each = |sorts: &str| format!(r#"<x:for-each select="//Order">{sorts}<o n="{{@n}}"/></x:for-each>"#);
    let by_number = r#"<x:sort select="@n" data-type="number"/>"#;
    gives("", &each(by_number), r#"<o n="x"/><o n="2"/><o n="9"/><o n="10"/>"#);
    let down = r#"<x:sort select="@n" data-type="number" order="descending"/>"#;
    gives("", &each(down), r#"<o n="10"/><o n="9"/><o n="2"/><o n="x"/>"#);
    gives("", &each(r#"<x:sort select="@n"/>"#), r#"<o n="10"/><o n="2"/><o n="9"/><o n="x"/>"#);
    // Small letters first where words are the same; what is equal keeps its order.
    let two = r#"<x:sort select="City"/><x:sort select="Kind" order="{'descending'}"/>"#;
    gives("", &each(two), r#"<o n="9"/><o n="x"/><o n="2"/><o n="10"/>"#);
}

#[test]
fn templates_and_loops_inside_each_other_are_sorted() {
    let top = r#"<x:template match="Order"><t><x:for-each select="*"><x:sort select="name()" order="descending"/>\
<x:value-of select="."/>,</x:for-each></t></x:template>"#;
    let body = r#"<x:apply-templates select="s:Orders/Order"><x:sort select="City"/></x:apply-templates>"#;
    gives(&top.replace("\\\n", ""), body, "<t>a,oslo,</t><t>a,Oslo,</t><t>a,Rome,</t><t>b,Rome,</t>");
}

#[test]
fn places_in_a_sorted_loop_are_those_after_sorting() {
    let body = r#"<x:for-each select="//Order"><x:sort select="@n" data-type="number"/><x:if test="position() &lt;= 2">\
<o n="{@n}"><x:value-of select="position()"/></o><x:if test="position() != last()">, </x:if></x:if>\
<x:if test="position() = last()"><x:for-each select="*"><x:value-of select="position()"/></x:for-each></x:if></x:for-each>"#;
    gives("", &body.replace("\\\n", ""), r#"<o n="x">1</o>, <o n="2">2</o>, 12"#);
}

#[test]
fn operators_stand_before_parentheses() {
    let body = r#"<x:value-of select="count(//Order[(City = 'Rome') and (Kind = 'a')  or(Kind='b') ])"/>,\
<x:value-of select="8 div (2 + 2)"/>,<x:value-of select="count(//*[self::Kind or (self::City)])"/>"#;
    gives("", &body.replace("\\\n", ""), "2,2,8");
}

#[test]
fn prefixes_survive_sorting() {
    let body = r#"<x:for-each select="//Order"><x:sort select="@n"/><n:o xmlns:n="urn:new"><n:i/></n:o></x:for-each>"#;
    let text = run("", body).unwrap();
    let tree = crate::message::document::parse_text(&text).unwrap();
    let root = tree.document_element().unwrap();
    assert_eq!(tree.get_elements_by_tag_name_ns("urn:new", "i").len(), 4, "{text}");
    assert_eq!(tree.children(root).len(), 4, "{text}");
}

#[test]
fn orders_are_grouped_by_the_first_of_each_value() {
    let group = r#"<g c="{City}" n="{count(key('city', City))}"><x:for-each select="key('city', City)">\
<x:value-of select="@n"/>;</x:for-each></g>"#;
    let expected = r#"<g c="Rome" n="2">10;2;</g><g c="oslo" n="1">9;</g><g c="Oslo" n="1">x;</g>"#;
    let first = [
        "generate-id(.) = generate-id(key('city', City))",
        "generate-id() = generate-id( key ( 'city' , City )[1] )",
        "count(. | key('city', City)[1]) = 1",
    ];
    for first in first {
        let body = format!(r#"<x:for-each select="s:Orders/Order[{first}]">{group}</x:for-each>"#);
        gives(CITY, &body.replace("\\\n", ""), expected);
    }
    let two = r#"<x:key name="both" match="Order" use="concat(City, '|', Kind)"/>"#;
    let body = r#"<x:for-each select="//Order[generate-id(.)=generate-id(key('both',concat(City,'|',Kind)))]">\
<x:if test="Kind = 'a'"><x:value-of select="@n"/>:<x:value-of select="count(key('both', concat(City, '|', Kind)))"/>;</x:if></x:for-each>"#;
    gives(two, &body.replace("\\\n", ""), "10:1;9:1;x:1;");
}

#[test]
fn keys_find_by_constants_variables_and_the_current_node() {
    let body = r#"<x:for-each select="key('city', 'Rome') | key('city', 'Oslo')"><x:value-of select="@n"/>,</x:for-each>"#;
    gives(CITY, body, "10,2,x,");
    let body = r#"<x:variable name="c" select="'oslo'"/><x:value-of select="key('city', $c)/@n"/>"#;
    gives(CITY, body, "9");
    let body = r#"<x:for-each select="//City[1]"><x:value-of select="count(key('city', .))"/></x:for-each>"#;
    gives(CITY, body, "2121");
    let body = r#"<x:value-of select="'key(no) generate-id(no)'"/><x:copy-of select="key('city', 'oslo')"/>"#;
    gives(CITY, body, "key(no) generate-id(no)<Order n=\"9\"><City>oslo</City><Kind>a</Kind></Order>");
}

#[test]
fn what_cannot_be_said_otherwise_is_named() {
    let refused = |top: &str, body: &str, what: &str| {
        let reason = run(top, body).unwrap_err();
        assert!(reason.contains(what) && reason.ends_with("is not supported"), "{reason}");
    };
    let each = |inside: &str| {
        format!(r#"<x:for-each select="//Order"><x:sort select="City"/>{inside}</x:for-each>"#)
    };
    refused("", &each(r#"<x:value-of select="position() * 2"/>"#), "position()");
    let first = r#"<x:template match="Order"><x:if test="position() = 1">first</x:if></x:template>"#;
    let body = r#"<x:apply-templates select="//Order"><x:sort select="City"/></x:apply-templates>"#;
    refused(first, body, "beside sorted templates");
    refused("", &each(r#"<x:attribute name="a"/>"#), "xsl:attribute");
    refused("", &format!(r#"<x:variable name="v">{}</x:variable>"#, each("<a/>")), "no part of the output");
    refused("", r#"<x:value-of select="key('no', 'a')"/>"#, "the key no");
    refused(CITY, r#"<x:value-of select="//Order[key('city', Kind)]"/>"#, "in a predicate");
    let sort = r#"<x:for-each select="//Order"><x:sort select="count(key('city', City))"/></x:for-each>"#;
    refused(CITY, sort, "xsl:sort");
    let deep = format!(r#"<x:value-of select="{}"/>"#, "key('city', ".repeat(100_000));
    refused(CITY, &deep, "so many calls");
    refused(
        r#"<x:key name="k" match="Order" use="*"/>"#,
        r#"<x:value-of select="key('k', 'a')"/>"#,
        "anything but one value",
    );
}
