//! Inputs made from others: bytes changed, pieces cut, doubled, swapped between files, words of the format thrown in.

/// Pieces of designer trees and programs.
pub const TREE: &[&str] = &[
    "<om:Element Type=\"Scope\" OID=\"x\" ParentLink=\"ComplexStatement_Statement\">",
    "<om:Element Type=\"Task\" OID=\"\" ParentLink=\"ServiceBody_Statement\">",
    "</om:Element>",
    "<om:Property Name=\"Name\" Value=\"\" />",
    "<om:Property Name=\"Expression\" Value=\"&#xD;&#xA;\" />",
    "</om:MetaModel>",
    "<om:MetaModel>",
    "#endif",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "<![CDATA[",
    "<!--",
    "&#x0;",
    "&amp;",
    "\u{feff}",
    "ParentLink=\"ListenBranch_Statement\"",
    "ParentLink=\"Scope_Catch\"",
    "Type=\"Unknown\"",
    "Value=\"True\"",
    "Value=\"-1\"",
    "Value=\"99999999999999999999\"",
    "OID=\"00000000-0000-0000-0000-000000000000\"",
    "xmlns:om=\"\"",
    "\r",
    "\0",
];

/// Pieces of schemas.
pub const SCHEMA: &[&str] = &[
    "<xs:element name=\"a\" type=\"b\"/>",
    "<xs:element ref=\"a\"/>",
    "<xs:complexType name=\"b\"><xs:sequence><xs:element ref=\"a\"/></xs:sequence></xs:complexType>",
    "<xs:extension base=\"b\">",
    "</xs:sequence>",
    "<xs:choice minOccurs=\"0\" maxOccurs=\"unbounded\">",
    "<xs:any/>",
    "<xs:import schemaLocation=\"Fuzzed.xsd\"/>",
    "maxOccurs=\"4294967296\"",
    "minOccurs=\"1000000000\"",
    "<xs:pattern value=\"(a{1000}){1000}\"/>",
    "<xs:pattern value=\"[\"/>",
    "<xs:length value=\"999999999999\"/>",
    "<xs:maxInclusive value=\"-1E400\"/>",
    "<xs:enumeration value=\"\"/>",
    "<b:property name=\"a:b\" xpath=\"/*[\"/>",
    "targetNamespace=\"\"",
    "schema_type=\"property\"",
    "type=\"xs:decimal\"",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&#x0;",
    "<!--",
];

/// Pieces of binding files.
pub const BINDING: &[&str] = &[
    "<SendPort Name=\"a\" IsStatic=\"true\">",
    "</SendPort>",
    "<ReceivePort Name=\"\">",
    "<Filter>&lt;Filter&gt;&lt;Group&gt;</Filter>",
    "&lt;Statement Property=\"A\" Operator=\"9\" Value=\"\"/&gt;",
    "&amp;amp;lt;",
    "<CustomProps>",
    "vt=\"8\"",
    "<Address>FILE://</Address>",
    "xsi:nil=\"true\"",
    "<RetryCount>-1</RetryCount>",
    "<RetryCount>99999999999</RetryCount>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "<!-- ifdef -->",
    "${token}",
];

/// Pieces of maps.
pub const MAP: &[&str] = &[
    "<Link LinkID=\"1\" LinkFrom=\"1\" LinkTo=\"/*[local-name()='<Schema>']/*[local-name()='Order']\" />",
    "<Functoid FunctoidID=\"1\" Functoid-FID=\"260\" Functoid-CLSID=\"\" Functoid-Name=\"Scripting\">",
    "<Script Language=\"Xslt\"><![CDATA[<xsl:call-template name=\"t\" />]]></Script>",
    "<Script Language=\"XsltCallTemplate\"><![CDATA[<xsl:template name=\"t\"><xsl:call-template name=\"t\"/></xsl:template>]]></Script>",
    "Functoid-FID=\"424\"",
    "Functoid-FID=\"704\"",
    "<Parameter Type=\"link\" Value=\"1\" />",
    "<Parameter Type=\"constant\" Value=\"99999999999999999999\" />",
    "</Functoids>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
];

/// Pieces of messages of one part and of several.
pub const MESSAGE: &[&str] = &[
    "\r\n--",
    "Content-Type: multipart/mixed; boundary=\"x\"\r\n",
    "Content-Type: message/rfc822\r\n\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Content-Description: \r\n",
    "=?utf-8?B?////?=",
    "MIME-Version: 1.0\r\n",
    "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "xmlns:o=\"urn:other\"",
    "&#x0;",
    "--\r\n",
];

/// Pieces of expressions.
pub const CODE: &[&str] = &[
    "count",
    "text",
    "document",
    "helper",
    "flag",
    "Order",
    "Reply",
    "System.",
    "String",
    "Format",
    "Convert.ToInt32",
    "xpath(",
    "new ",
    "typeof(",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    ".",
    "=",
    "==",
    "!=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "<<",
    "&&",
    "||",
    "!",
    "~",
    "if",
    "else",
    "while",
    "construct",
    "throw",
    "true",
    "null",
    "exists",
    "succeeded(",
    "\"",
    "@\"",
    "'",
    "//",
    "/*",
    "*/",
    "\\u",
    "0x",
    "1e9",
    "99999999999999999999",
    "(*)",
    "out ",
    "ref ",
    "\n",
    "é",
    "𝄞",
];

/// Expressions to begin with.
pub fn texts() -> Vec<Vec<u8>> {
    let texts = [
        "count = count + 1;\r\ntext = \"a\" + System.Convert.ToString(count);",
        "document.LoadXml(\"<a/>\"); Order = document; Order(BTS.MessageType) = \"x\";",
        "xpath(Order, \"string(/*[local-name()='a'])\") == \"x\" && !(count < 3 || flag)",
        "new System.TimeSpan(0, 0, System.Convert.ToInt32(xpath(Order, \"count(//a)\")))",
        "if (count == 1) { text = helper.Get(ref count, out text); } else { throw new System.Exception(text); }",
        "System.String.Format(\"{0} {1}\", count, helper.Name) // why",
        "Order(*) = Reply(*); text = @\"a\"\"b\nc\";",
        "System.DateTime.Now.ToString(\"yyyy\")",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Makes inputs, always the same ones for a seed.
pub struct Mutator {
    state: u64,
    seeds: Vec<Vec<u8>>,
    words: &'static [&'static str],
    plain: usize,
}

impl Mutator {
    pub fn new(seed: u64, mut seeds: Vec<Vec<u8>>, words: &'static [&'static str]) -> Self {
        if seeds.is_empty() {
            seeds.push(words.concat().into_bytes());
        }
        Self { state: seed, seeds, words, plain: 0 }
    }

    /// The next input: each seed as it is first, then mutations.
    pub fn next_input(&mut self) -> Vec<u8> {
        if let Some(seed) = self.seeds.get(self.plain) {
            self.plain += 1;
            return seed.clone();
        }
        let at = self.below(self.seeds.len());
        let mut input = self.seeds[at].clone();
        for _ in 0..=self.below(6) {
            self.mutate(&mut input);
        }
        input.truncate(400_000);
        input
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn range(&mut self, length: usize, most: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let end = (start + self.below(most)).min(length);
        start..end
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        match self.below(10) {
            0 if !input.is_empty() => {
                let (at, bit) = (self.below(input.len()), self.below(8));
                input[at] ^= 1 << bit;
            }
            1 if !input.is_empty() => {
                let (at, byte) = (self.below(input.len()), self.next() as u8);
                input[at] = byte;
            }
            2 => {
                let cut = self.range(input.len(), 400);
                input.drain(cut);
            }
            3 => {
                let piece = self.range(input.len(), 2_000);
                let piece = input[piece].to_vec();
                let times = 1 + self.below(4);
                let at = self.below(input.len() + 1);
                input.splice(at..at, piece.repeat(times));
            }
            4 => {
                let other = self.below(self.seeds.len());
                let piece = self.range(self.seeds[other].len(), 4_000);
                let piece = self.seeds[other][piece].to_vec();
                let place = self.range(input.len(), 2_000);
                input.splice(place, piece);
            }
            5 => {
                let end = self.below(input.len() + 1);
                input.truncate(end);
            }
            6 => self.quoted(input),
            _ => {
                let word = self.words[self.below(self.words.len())];
                let times = if self.below(50) == 0 { 300 } else { 1 };
                let at = self.below(input.len() + 1);
                input.splice(at..at, word.as_bytes().repeat(times));
            }
        }
    }

    /// Another value between two quotes.
    fn quoted(&mut self, input: &mut Vec<u8>) {
        let from = self.below(input.len() + 1);
        let mut quotes =
            input.iter().enumerate().skip(from).filter(|(_, byte)| **byte == b'"').map(|(at, _)| at);
        let (Some(open), Some(close)) = (quotes.next(), quotes.next()) else { return };
        let values: [&[u8]; 8] = [
            b"",
            b"-1",
            b"99999999999999999999",
            b"True",
            b"a.b.c.d",
            b"&#xD;&#xA;",
            "é".as_bytes(),
            b"&lt;&amp;",
        ];
        let value = values[self.below(values.len())];
        input.splice(open + 1..close, value.iter().copied());
    }
}
