use super::{Call, Row, Run, bam, convert, date_time, exception, object, pipeline, string, xml};
use crate::message::{Value, ValueType};
use crate::model::Direction;
use crate::xlang::Raised;
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::fmt;
use std::sync::LazyLock;

/// How a member is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    Constructor,
    StaticMethod,
    StaticProperty,
    Method,
    Property,
    /// The writing side of a property.
    Setter,
}

/// A parameter of a built-in method.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: SmolStr,
    /// `Unknown` for `object`.
    pub value_type: ValueType,
    pub direction: Direction,
    /// The call constructs the message that is passed.
    pub fills: bool,
}

/// A built-in member of a .NET type.
pub struct Member {
    /// Full name of the type that declares it.
    pub type_name: SmolStr,
    /// `.ctor` for a constructor.
    pub name: SmolStr,
    pub kind: MemberKind,
    pub parameters: Vec<Parameter>,
    /// The last parameter stands for any number of arguments.
    pub variadic: bool,
    /// `None` for void, `Unknown` for `object`.
    pub returns: Option<ValueType>,
    /// True when a call changes its object.
    pub mutates: bool,
    run: Run,
}

impl Member {
    /// Parameter behind an argument.
    pub fn parameter(&self, at: usize) -> Option<&Parameter> {
        match self.parameters.get(at) {
            None if self.variadic => self.parameters.last(),
            found => found,
        }
    }

    /// True for a possible number of arguments.
    pub fn accepts(&self, arguments: usize) -> bool {
        let named = self.parameters.len();
        if self.variadic { arguments + 1 >= named } else { arguments == named }
    }

    /// True for what is used on an object, not on its type.
    pub fn is_of_object(&self) -> bool {
        matches!(self.kind, MemberKind::Method | MemberKind::Property | MemberKind::Setter)
    }

    /// As C# would declare it: `Int32 IndexOf(String value)`.
    pub fn signature(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(|p| p.to_string()).collect();
        let parameters = parameters.join(", ");
        let returns = self.returns.as_ref().map_or("void", ValueType::short_name);
        let variadic = if self.variadic { ", …" } else { "" };
        match self.kind {
            MemberKind::Constructor => format!("new {}({parameters}{variadic})", self.type_name),
            MemberKind::StaticProperty | MemberKind::Property | MemberKind::Setter => {
                format!("{returns} {}", self.name)
            }
            MemberKind::StaticMethod | MemberKind::Method => {
                format!("{returns} {}({parameters}{variadic})", self.name)
            }
        }
    }

    pub(in crate::xlang) fn run(&self, call: Call<'_>) -> Result<Value, Raised> {
        (self.run)(call)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::In => "",
            Direction::Ref => "ref ",
            Direction::Out => "out ",
        };
        write!(f, "{direction}{} {}", self.value_type.short_name(), self.name)
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.type_name, self.signature())
    }
}

static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| {
    let groups: [&[Row]; 8] = [
        object::ROWS,
        string::ROWS,
        convert::ROWS,
        date_time::ROWS,
        xml::ROWS,
        exception::ROWS,
        bam::ROWS,
        pipeline::ROWS,
    ];
    let mut all: Vec<Member> = groups
        .iter()
        .flat_map(|rows| rows.iter())
        .filter_map(|(owner, text, run)| read(owner, text, *run))
        .collect();
    for (owner, text, run) in convert::numeric_rows() {
        all.extend(read(&owner, &text, run));
    }
    for (owner, values) in object::ENUMS {
        for value in *values {
            all.extend(read(owner, &format!("static {owner} {value}"), object::enum_value));
        }
    }
    all
});

/// Overloads by type and name.
type Index = FxHashMap<(&'static str, &'static str), Vec<&'static Member>>;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index::default();
    for member in MEMBERS.iter() {
        index.entry((member.type_name.as_str(), member.name.as_str())).or_default().push(member);
    }
    index
});

/// Every built-in member, in the order of the documentation.
pub fn members() -> &'static [Member] {
    &MEMBERS
}

/// Overloads of a member, those of the type before those of its bases.
pub fn find(type_name: &str, name: &str, kind: MemberKind) -> impl Iterator<Item = &'static Member> + use<> {
    let inherited = matches!(kind, MemberKind::Method | MemberKind::Property | MemberKind::Setter);
    let chain = if inherited { bases(type_name) } else { [Some(canonical(type_name)), None, None] };
    let mut found: Vec<&'static Member> = Vec::new();
    for owner in chain.iter().flatten() {
        let overloads = INDEX.get(&(owner.as_str(), name)).into_iter().flatten();
        found.extend(overloads.copied().filter(|member| member.kind == kind));
    }
    found.into_iter()
}

/// Names of the members an object of a type has.
pub fn names_of(type_name: &str) -> Vec<&'static str> {
    let chain = bases(type_name);
    let known = |m: &&Member| {
        matches!(m.kind, MemberKind::Method | MemberKind::Property)
            && chain.iter().flatten().any(|owner| *owner == m.type_name)
    };
    MEMBERS.iter().filter(known).map(|m| m.name.as_str()).collect()
}

/// Every member of a type, its own before those of its bases; static ones and constructors are its own only.
pub fn members_of(type_name: &str) -> Vec<&'static Member> {
    let chain = bases(type_name);
    let own = chain.first().cloned().flatten();
    let owners = chain.iter().flatten();
    owners
        .flat_map(|owner| MEMBERS.iter().filter(move |m| m.type_name == *owner))
        .filter(|m| m.is_of_object() || own.as_ref() == Some(&m.type_name))
        .collect()
}

fn canonical(type_name: &str) -> SmolStr {
    let name = ValueType::from_name(type_name);
    match &name {
        ValueType::Named(name) => match name.strip_prefix("Microsoft.XLANG.") {
            Some(rest) => format_smolstr!("Microsoft.XLANGs.{rest}"),
            None => name.clone(),
        },
        other => other.name().into(),
    }
}

/// The type, its base with members of its own, and `System.Object` for types the table knows.
fn bases(type_name: &str) -> [Option<SmolStr>; 3] {
    let name = canonical(type_name);
    let base = if exception::is_exception(&name) {
        Some("System.Exception")
    } else if name.starts_with("System.Xml.Xml") && name != "System.Xml.XmlNodeList" {
        Some("System.Xml.XmlNode")
    } else {
        None
    };
    let known = base.is_some()
        || name == "System.Object"
        || !matches!(ValueType::from_name(&name), ValueType::Named(_))
        || MEMBERS.iter().any(|m| m.type_name == name);
    [Some(name), base.map(SmolStr::new), known.then(|| SmolStr::new("System.Object"))]
}

fn read(owner: &str, declaration: &str, run: Run) -> Option<Member> {
    let (head, parameters) = match declaration.split_once('(') {
        Some((head, rest)) => (head, Some(rest.strip_suffix(')')?)),
        None => (declaration, None),
    };
    let mut words: Vec<&str> = head.split_whitespace().collect();
    let mut take = |word: &str| {
        let found = words.first() == Some(&word);
        if found {
            words.remove(0);
        }
        found
    };
    let (is_static, mutates, setter) = (take("static"), take("mut"), take("set"));
    let mut variadic = false;
    let mut list = Vec::new();
    for parameter in parameters.unwrap_or("").split(", ").filter(|p| !p.is_empty()) {
        let (direction, parameter) = match parameter.strip_prefix("out ") {
            Some(rest) => (Direction::Out, rest),
            None => (Direction::In, parameter),
        };
        let (fills, parameter) = match parameter.strip_prefix("fill ") {
            Some(rest) => (true, rest),
            None => (false, parameter),
        };
        let parameter = match parameter.strip_prefix("params ") {
            Some(rest) => {
                variadic = true;
                rest
            }
            None => parameter,
        };
        let (kind, name) = parameter.split_once(' ')?;
        list.push(Parameter { name: name.into(), value_type: type_of(kind), direction, fills });
    }
    let (returns, name) = match words.as_slice() {
        ["new"] => (Some(ValueType::from_name(owner)), ".ctor"),
        ["void", name] => (None, *name),
        [kind, name] => (Some(type_of(kind)), *name),
        _ => return None,
    };
    let kind = match (name, setter, is_static, parameters.is_some()) {
        (".ctor", ..) => MemberKind::Constructor,
        (_, true, ..) => MemberKind::Setter,
        (_, _, true, true) => MemberKind::StaticMethod,
        (_, _, true, false) => MemberKind::StaticProperty,
        (_, _, false, true) => MemberKind::Method,
        (_, _, false, false) => MemberKind::Property,
    };
    Some(Member {
        type_name: owner.into(),
        name: name.into(),
        kind,
        parameters: list,
        variadic,
        returns,
        mutates,
        run,
    })
}

fn type_of(name: &str) -> ValueType {
    if name == "object" { ValueType::Unknown } else { ValueType::from_name(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_understood() {
        let rows = object::ROWS.len()
            + string::ROWS.len()
            + convert::ROWS.len()
            + date_time::ROWS.len()
            + xml::ROWS.len()
            + exception::ROWS.len()
            + bam::ROWS.len()
            + pipeline::ROWS.len()
            + convert::numeric_rows().len()
            + object::ENUMS.iter().map(|(_, values)| values.len()).sum::<usize>();
        assert_eq!(members().len(), rows);
    }

    #[test]
    fn members_are_found_on_the_type_and_its_bases() {
        let one = |owner, name, kind| find(owner, name, kind).next().map(Member::signature);
        assert_eq!(one("string", "Length", MemberKind::Property).as_deref(), Some("Int32 Length"));
        assert_eq!(
            one("System.Xml.XmlDocument", "OuterXml", MemberKind::Property).as_deref(),
            Some("String OuterXml")
        );
        assert_eq!(
            one("Microsoft.XLANG.BaseTypes.TimeOutException", "Message", MemberKind::Property).as_deref(),
            Some("String Message")
        );
        assert_eq!(one("Shop.Cart", "ToString", MemberKind::Method), None);
        assert!(find("String", "IndexOf", MemberKind::Method).count() >= 3);
    }
}
