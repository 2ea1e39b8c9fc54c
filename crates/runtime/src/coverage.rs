//! Files that say which lines were executed: texts of several forms, and the data file of
//! coverage.py, an `SQLite` database that the tests have written.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::thread;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Row, SqliteConnection};

/// What one context executed in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutedLines {
    /// The source file, as the tests knew it.
    pub file: String,
    /// The context; empty when there is none.
    pub context: String,
    /// The lines, in order.
    pub lines: Vec<u32>,
}

/// What a coverage file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverageFile {
    /// A text of some form.
    Text(String),
    /// The rows of a data file.
    Data(Vec<ExecutedLines>),
}

/// How every `SQLite` database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The form of the tables that is understood.
const SCHEMA_VERSION: i64 = 7;
/// Executed lines of files and contexts, in order.
const LINES: &str = "SELECT file.path, context.context, line_bits.numbits FROM line_bits \
    JOIN file ON file.id = file_id JOIN context ON context.id = context_id \
    ORDER BY file.path, context.context";
/// Jumps between lines, which data with branches has instead.
const JUMPS: &str = "SELECT file.path, context.context, fromno, tono FROM arc \
    JOIN file ON file.id = file_id JOIN context ON context.id = context_id \
    ORDER BY file.path, context.context";

/// Reads a coverage file of at most `limit` bytes. A database is opened for reading alone.
pub fn read_coverage(path: &Path, limit: u64) -> io::Result<CoverageFile> {
    let mut file = fs::File::open(path)?;
    let mut bytes = vec![0; MAGIC.len()];
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..])? {
            0 => break,
            read => length += read,
        }
    }
    bytes.truncate(length);
    if fs::metadata(path)?.len() > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    if bytes == MAGIC {
        return rows(path).map(CoverageFile::Data).map_err(io::Error::other);
    }
    file.take(limit).read_to_end(&mut bytes)?;
    String::from_utf8(bytes)
        .map(CoverageFile::Text)
        .map_err(|_| io::Error::other("it is neither text nor a database of coverage.py"))
}

/// The rows of a data file. The work is done on a thread of its own: the caller may be
/// part of another runtime.
fn rows(path: &Path) -> Result<Vec<ExecutedLines>, String> {
    let read = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(select(path))
    };
    thread::scope(|scope| scope.spawn(read).join())
        .unwrap_or_else(|_| Err("its reading broke off".to_owned()))
}

async fn select(path: &Path) -> Result<Vec<ExecutedLines>, String> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
    let damaged = |error: sqlx::Error| {
        format!("the database cannot be read ({error}); write it again with `coverage run`")
    };
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(damaged)?;
    let version: i64 = sqlx::query_scalar("SELECT version FROM coverage_schema")
        .fetch_one(&mut connection)
        .await
        .map_err(damaged)?;
    if version != SCHEMA_VERSION {
        return Err(format!(
            "its tables have form {version}, this version reads {SCHEMA_VERSION}: give what \
             `coverage json --show-contexts` writes instead"
        ));
    }
    let mut found: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    for row in sqlx::query(LINES).fetch_all(&mut connection).await.map_err(damaged)? {
        let bits: Vec<u8> = row.try_get(2).map_err(damaged)?;
        let of = (row.try_get(0).map_err(damaged)?, row.try_get(1).map_err(damaged)?);
        found.entry(of).or_default().extend(unpacked(&bits));
    }
    for row in sqlx::query(JUMPS).fetch_all(&mut connection).await.map_err(damaged)? {
        let ends: [i64; 2] = [row.try_get(2).map_err(damaged)?, row.try_get(3).map_err(damaged)?];
        let of = (row.try_get(0).map_err(damaged)?, row.try_get(1).map_err(damaged)?);
        // A negative number is the beginning or the end of a block.
        let lines = ends.into_iter().filter(|line| *line > 0);
        found.entry(of).or_default().extend(lines.filter_map(|line| u32::try_from(line).ok()));
    }
    Ok(found.into_iter().map(executed).collect())
}

fn executed(((file, context), mut lines): ((String, String), Vec<u32>)) -> ExecutedLines {
    lines.sort_unstable();
    lines.dedup();
    ExecutedLines { file, context, lines }
}

/// Line `n` is bit `n % 8` of byte `n / 8`.
fn unpacked(bits: &[u8]) -> Vec<u32> {
    let of_byte = |(at, byte): (usize, &u8)| {
        let byte = *byte;
        (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| (at * 8 + bit) as u32)
    };
    bits.iter().enumerate().flat_map(of_byte).collect()
}

#[cfg(test)]
mod tests {
    use super::unpacked;

    #[test]
    fn a_bit_is_a_line() {
        assert_eq!(unpacked(&[0b0000_0110, 0b1000_0001]), [1, 2, 8, 15]);
        assert_eq!(unpacked(&[]), [0_u32; 0]);
    }
}
