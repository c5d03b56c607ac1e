//! What a message wants of a database.

use uppsala::{Document, NodeId};

/// A statement with the values its parameters have.
#[derive(Debug)]
pub(super) struct Command {
    pub statement: String,
    values: Vec<(String, String)>,
}

impl Command {
    /// Value of a parameter, by name in any case.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// One row of a message: its element name, and its attributes and fields.
struct Row {
    name: String,
    values: Vec<(String, String)>,
}

/// The statements of a message, in its order.
pub(super) fn commands<'p>(
    tree: &Document<'_>,
    table: &str,
    property: &dyn Fn(&str) -> Option<&'p str>,
) -> Result<Vec<Command>, String> {
    let Some(root) = tree.document_element() else { return Err("the message is empty".to_owned()) };
    let syncs: Vec<_> = tree.children_iter(root).filter(|child| name(tree, *child) == "sync").collect();
    if !syncs.is_empty() {
        return syncs.into_iter().try_fold(Vec::new(), |mut all, sync| {
            all.extend(updategram(tree, sync)?);
            Ok(all)
        });
    }
    let statement = property("Statement");
    rows(tree, root)
        .into_iter()
        .map(|row| match property(&format!("Procedure {}", row.name)).or(statement) {
            Some(statement) => Ok(Command { statement: statement.to_owned(), values: row.values }),
            None if !table.is_empty() => insert(table, row.values),
            None => Err(format!(
                "nothing says what to do with <{0}>; give the port an adapter property “Procedure {0}” or Statement, \
                 or name a table in its address",
                row.name
            )),
        })
        .collect()
}

/// Rows before a change against rows after it (a SQL Server updategram): insert, update, delete.
fn updategram(tree: &Document<'_>, sync: NodeId) -> Result<Vec<Command>, String> {
    let mut commands = Vec::new();
    let mut before: Vec<Row> = Vec::new();
    for child in tree.children_iter(sync) {
        match name(tree, child) {
            "before" => {
                commands.extend(deletes(std::mem::take(&mut before))?);
                before = elements(tree, child).map(|row| read(tree, row)).collect();
            }
            "after" => {
                let mut old = std::mem::take(&mut before).into_iter();
                for row in elements(tree, child).map(|row| read(tree, row)) {
                    commands.push(match old.next() {
                        Some(old) => update(old, row)?,
                        None => insert(&row.name, row.values)?,
                    });
                }
                commands.extend(deletes(old.collect())?);
            }
            _ => {}
        }
    }
    commands.extend(deletes(before)?);
    Ok(commands)
}

fn insert(table: &str, values: Vec<(String, String)>) -> Result<Command, String> {
    if values.is_empty() {
        return Err(format!("a row for {table} has no columns; map something to its attributes"));
    }
    let columns: Vec<_> = values.iter().map(|(name, _)| quoted(name)).collect();
    let parameters: Vec<_> = (0..values.len()).map(|at| format!(":p{at}")).collect();
    let statement =
        format!("INSERT INTO {} ({}) VALUES ({})", quoted(table), columns.join(", "), parameters.join(", "));
    Ok(Command { statement, values: numbered('p', values) })
}

fn update(old: Row, new: Row) -> Result<Command, String> {
    if new.values.is_empty() || old.values.is_empty() {
        return Err(format!("an update of {} needs columns before and after", new.name));
    }
    let set: Vec<_> =
        new.values.iter().enumerate().map(|(at, (name, _))| format!("{} = :p{at}", quoted(name))).collect();
    let statement =
        format!("UPDATE {} SET {} WHERE {}", quoted(&new.name), set.join(", "), condition(&old.values));
    let values = numbered('p', new.values).into_iter().chain(numbered('w', old.values)).collect();
    Ok(Command { statement, values })
}

fn deletes(rows: Vec<Row>) -> Result<Vec<Command>, String> {
    rows.into_iter()
        .map(|row| {
            if row.values.is_empty() {
                return Err(format!("a deletion from {} needs columns to find its row", row.name));
            }
            let statement = format!("DELETE FROM {} WHERE {}", quoted(&row.name), condition(&row.values));
            Ok(Command { statement, values: numbered('w', row.values) })
        })
        .collect()
}

fn condition(values: &[(String, String)]) -> String {
    let terms: Vec<_> =
        values.iter().enumerate().map(|(at, (name, _))| format!("{} = :w{at}", quoted(name))).collect();
    terms.join(" AND ")
}

fn numbered(prefix: char, values: Vec<(String, String)>) -> Vec<(String, String)> {
    values.into_iter().enumerate().map(|(at, (_, value))| (format!("{prefix}{at}"), value)).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The children of the root that have columns, or the root when it has some itself.
fn rows(tree: &Document<'_>, root: NodeId) -> Vec<Row> {
    let own = read(tree, root);
    if own.values.is_empty() { elements(tree, root).map(|row| read(tree, row)).collect() } else { vec![own] }
}

fn elements<'t>(tree: &'t Document<'_>, of: NodeId) -> impl Iterator<Item = NodeId> + 't {
    tree.children_iter(of).filter(move |child| tree.element(*child).is_some())
}

fn read(tree: &Document<'_>, element: NodeId) -> Row {
    let mut values = Vec::new();
    if let Some(element) = tree.element(element) {
        for attribute in &element.attributes {
            values.push((attribute.name.local_name.to_string(), attribute.value.to_string()));
        }
    }
    for child in elements(tree, element) {
        let leaf = elements(tree, child).next().is_none();
        let bare = tree.element(child).is_none_or(|e| e.attributes.is_empty());
        if leaf && bare {
            values.push((name(tree, child).to_owned(), tree.text_content_deep(child)));
        }
    }
    Row { name: name(tree, element).to_owned(), values }
}

fn name<'t>(tree: &'t Document<'_>, element: NodeId) -> &'t str {
    tree.element(element).map_or("", |e| &e.name.local_name)
}
