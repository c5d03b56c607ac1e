//! The SQL adapter: what a message says becomes statements in one transaction of a SQLite database.
//!
//! The address is `sql://history.db`, a file below the application folder, or `sql://history.db/OrderLog` for one
//! table of it. Adapter properties:
//!
//! | property | meaning |
//! |---|---|
//! | `Create` | statements run when the database is opened, such as `CREATE TABLE IF NOT EXISTS …` |
//! | `Procedure NAME` | statement for elements of this name, with their attributes and fields as `:parameters` |
//! | `Statement` | statement for every row element, likewise |
//! | `MinimumRows` | fewer affected rows are an error, and nothing happens |
//! | `ResponseRoot`, `ResponseNamespace` | root element of the answer of a two-way port, `Response` by default |
//!
//! Without a procedure or statement a message is an updategram (`sync/before/after`), or its rows go into the table
//! of the address. Parameters beside those of the message: `:now`, `:message_guid`, `:port`.

mod command;
#[cfg(test)]
mod tests;

use crate::diagnostic::counted;
use crate::engine::Transmission;
use crate::host::address::file_path;
use crate::message::document::{decode, parse_text};
use crate::message::{DateTime, escape_xml};
use command::{Command, commands};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Transmissions remembered as done; only the last ones can be repeated after a restart.
const REMEMBERED: i64 = 10_000;
/// Affected rows and text of one answer.
type Done = (usize, String);

/// The databases of a run: files below the application folder, or in memory for a run without a real world.
#[derive(Debug, Default)]
pub struct Databases {
    /// `None` keeps everything in memory.
    folder: Option<PathBuf>,
    open: BTreeMap<String, Connection>,
    /// What was done, when it is noted.
    log: Option<Vec<Arc<(Transmission, DateTime)>>>,
    /// How much of it has been done in these databases.
    done: usize,
}

impl Databases {
    /// Databases in files, relative to this folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), ..Self::default() }
    }

    /// Notes from now on what is done, so that there can be copies. Only before the first transmission, and in memory.
    pub fn noting(&mut self) {
        if self.folder.is_none() && self.open.is_empty() {
            self.log.get_or_insert_default();
        }
    }

    /// Databases with the same content: a copy does what was done again when it is first used. `None` where that was not
    /// noted.
    pub fn copied(&self) -> Option<Self> {
        let log = self.log.clone().or_else(|| self.open.is_empty().then(Vec::new))?;
        Some(Self { log: Some(log), ..Self::default() })
    }

    /// What was noted, in order.
    pub fn noted(&self) -> impl Iterator<Item = &Transmission> {
        self.log.iter().flatten().map(|noted| &noted.0)
    }

    /// Does what a transmission says, once: a repeat after a restart finds it done. The text is the answer for a
    /// two-way port. `at` is when the engine asked for it.
    ///
    /// # Errors
    /// One sentence with the next step, for the port's failure report; the database is as it was.
    pub fn perform(
        &mut self,
        transmission: &Transmission,
        at: DateTime,
        repeat: bool,
    ) -> Result<String, String> {
        if self.log.is_none() {
            return self.execute(transmission, at, repeat);
        }
        while let Some(earlier) = self.log.as_ref().and_then(|log| log.get(self.done)).cloned() {
            self.done += 1;
            // What failed then fails again.
            let _ = self.execute(&earlier.0, earlier.1, true);
        }
        let outcome = self.execute(transmission, at, repeat);
        self.log.get_or_insert_default().push(Arc::new((transmission.clone(), at)));
        self.done += 1;
        outcome
    }

    fn execute(&mut self, transmission: &Transmission, at: DateTime, repeat: bool) -> Result<String, String> {
        let (database, table) = split_address(&transmission.address)?;
        let text = decode(&transmission.body).map_err(|error| error.to_string())?;
        let tree = parse_text(&text).map_err(|error| format!("the message is not XML: {error}"))?;
        let commands = commands(&tree, &table, &|name| property(transmission, name))?;
        let minimum = match property(transmission, "MinimumRows") {
            None => 0,
            Some(text) => text.trim().parse().map_err(|_| format!("MinimumRows “{text}” is no number"))?,
        };
        let connection = self.connection(&database)?;
        if let Some(create) = property(transmission, "Create") {
            connection
                .execute_batch(create)
                .map_err(|error| format!("Create failed: {error}; correct the statement"))?;
        }
        once(connection, transmission, repeat, |transaction| {
            let given = given(transmission, at);
            let mut affected = 0;
            let mut rows = String::new();
            for command in &commands {
                let (count, text) = run(transaction, command, &given)?;
                affected += count;
                rows.push_str(&text);
            }
            if affected < minimum {
                return Err(format!(
                    "{} affected, but {minimum} wanted; check that they exist, or change MinimumRows",
                    counted(affected, "row")
                ));
            }
            Ok(answer(transmission, affected, &rows))
        })
    }

    /// Rows of a query, a line each: the values with blanks between. `database` is as in an address.
    ///
    /// # Errors
    /// One sentence, when the database does not understand the query. One that nothing was sent to has no rows.
    pub fn rows(&self, database: &str, query: &str) -> Result<Vec<String>, String> {
        let (database, _) = split_address(database)?;
        let Some(connection) = self.open.get(&database) else { return Ok(Vec::new()) };
        let explain = |error: rusqlite::Error| error.to_string();
        let mut statement = connection.prepare(query).map_err(explain)?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values: Result<Vec<_>, _> = (0..columns).map(|at| row.get_ref(at).map(shown)).collect();
            values.map(|values| values.join(" "))
        });
        rows.map_err(explain)?.collect::<Result<_, _>>().map_err(explain)
    }

    fn connection(&mut self, database: &str) -> Result<&mut Connection, String> {
        if !self.open.contains_key(database) {
            let opened = match &self.folder {
                None => Connection::open_in_memory(),
                Some(folder) => Connection::open(file_path(folder, database)),
            };
            let connection =
                opened.map_err(|error| format!("{database} cannot be opened: {error}; check its folder"))?;
            // Another program may be writing; a port's retry waits longer.
            let _ = connection.busy_timeout(Duration::from_secs(2));
            self.open.insert(database.to_owned(), connection);
        }
        self.open.get_mut(database).ok_or_else(|| format!("{database} is not open"))
    }
}

/// True when both are addresses of the same database.
pub fn same_database(one: &str, other: &str) -> bool {
    split_address(one)
        .is_ok_and(|(database, _)| split_address(other).is_ok_and(|(other, _)| database == other))
}

/// Database and table of an address; the table may be empty.
fn split_address(address: &str) -> Result<(String, String), String> {
    let address = address.trim();
    let scheme = address.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("sql://"));
    let rest = scheme.and(address.get(6..)).unwrap_or_default().trim_matches('/');
    if rest.is_empty() {
        return Err(format!("“{address}” names no database; write sql://history.db/OrderLog"));
    }
    if rest.contains(':') || rest.contains('\\') || rest.split('/').any(|part| part == "..") {
        return Err(format!("“{address}” leaves the application folder; write sql://history.db/OrderLog"));
    }
    Ok(match rest.rsplit_once('/') {
        Some((database, table)) if !table.contains('.') => (database.to_owned(), table.to_owned()),
        _ => (rest.to_owned(), String::new()),
    })
}

fn property<'t>(transmission: &'t Transmission, name: &str) -> Option<&'t str> {
    let found = transmission.properties.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
}

/// Parameters every statement can use.
fn given(transmission: &Transmission, at: DateTime) -> [(&'static str, String); 3] {
    [
        ("now", at.civil().to_string()),
        ("message_guid", transmission.message_guid.to_string()),
        ("port", transmission.port.to_string()),
    ]
}

/// Runs `work` in a transaction that also remembers the transmission, so that a repeat after a crash does nothing
/// twice. Another run may have had a transmission of the same number: only a repeat looks it up.
fn once(
    connection: &mut Connection,
    transmission: &Transmission,
    repeat: bool,
    work: impl FnOnce(&Transaction<'_>) -> Result<String, String>,
) -> Result<String, String> {
    let busy = |error: rusqlite::Error| format!("the database refuses: {error}; wait for the retry");
    let key = format!("{}/{}", transmission.message_guid, transmission.id.0);
    let transaction = connection.transaction().map_err(busy)?;
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS orchestrion_transmissions (number INTEGER PRIMARY KEY, id TEXT UNIQUE, answer TEXT)",
        )
        .map_err(busy)?;
    let query = "SELECT answer FROM orchestrion_transmissions WHERE id = ?1";
    if repeat {
        match transaction.query_row(query, [&key], |row| row.get::<_, String>(0)) {
            Ok(answer) => return Ok(answer),
            Err(rusqlite::Error::QueryReturnedNoRows) => {}
            Err(error) => return Err(busy(error)),
        }
    }
    let answer = work(&transaction)?;
    transaction
        .execute(
            "INSERT OR REPLACE INTO orchestrion_transmissions (id, answer) VALUES (?1, ?2)",
            [&key, &answer],
        )
        .map_err(busy)?;
    transaction
        .execute(
            "DELETE FROM orchestrion_transmissions WHERE number <= (SELECT max(number) FROM orchestrion_transmissions) - ?1",
            [REMEMBERED],
        )
        .map_err(busy)?;
    transaction.commit().map_err(busy)?;
    Ok(answer)
}

/// Runs one statement; gives the affected rows, and the returned ones as XML.
fn run(
    transaction: &Transaction<'_>,
    command: &Command,
    given: &[(&'static str, String)],
) -> Result<Done, String> {
    let explain = |error: rusqlite::Error| {
        format!("the statement failed: {error}; correct it, or what the message gives: {}", command.statement)
    };
    let mut statement = transaction.prepare(&command.statement).map_err(explain)?;
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or_default();
        let name = name.trim_start_matches([':', '@', '$']).to_owned();
        let value = command.value(&name).or_else(|| {
            given.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)).map(|(_, text)| text.as_str())
        });
        statement.raw_bind_parameter(index, value).map_err(explain)?;
    }
    if statement.column_count() == 0 {
        return statement.raw_execute().map(|count| (count, String::new())).map_err(explain);
    }
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.raw_query();
    let (mut count, mut text) = (0, String::new());
    while let Some(row) = rows.next().map_err(explain)? {
        count += 1;
        text.push_str("<Row");
        for (at, column) in columns.iter().enumerate() {
            let value = row.get_ref(at).map_err(explain)?;
            if value != ValueRef::Null {
                text.push_str(&format!(" {}=\"{}\"", attribute_name(column), escape_xml(&shown(value))));
            }
        }
        text.push_str("/>");
    }
    Ok((count, text))
}

/// A column name with what no attribute can have in its name replaced.
fn attribute_name(column: &str) -> String {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name: String = column.chars().map(|c| if good(c) { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() { format!("_{name}") } else { name }
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn answer(transmission: &Transmission, affected: usize, rows: &str) -> String {
    let root = property(transmission, "ResponseRoot").unwrap_or("Response");
    let namespace = property(transmission, "ResponseNamespace").unwrap_or_default();
    let (prefix, declared) = if namespace.is_empty() {
        ("", String::new())
    } else {
        ("ns0:", format!(" xmlns:ns0=\"{}\"", escape_xml(namespace)))
    };
    format!("<{prefix}{root}{declared}><Success>{affected}</Success>{rows}</{prefix}{root}>")
}
