//! The queries of `docs/operating.md`: each is one that its database takes, and says what it is there for.

use xmlshred_test_servers::{PostgresServer, skip};

use crate::workplace::Workplace;

/// The statements of the first block of SQL behind this line, with what stands over each.
fn queries(database: &str) -> Vec<(&'static str, &'static str)> {
    let page = include_str!("../../../../docs/operating.md");
    let behind = page.split(&format!("\n**{database}**")).nth(1).unwrap();
    let block = behind.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
    block.split("-- ").skip(1).map(|part| part.split_once('\n').unwrap()).collect()
}

/// What the queries say of a log in which two of a hundred documents failed, two have an issue, and one came after the run.
const SAYS: [(&str, &str); 5] = [
    ("how far", "people failed 2, people success 98"),
    ("left to do", "1"),
    ("who, when last", "10 a minute"),
    ("what fails", "people not-well-formed 2 of which 7"),
    ("what was not clean", "person amount invalid-value 2"),
];

fn check(found: &[(&str, String)]) {
    let said = SAYS.map(|(about, expected)| {
        let (_, found) = found.iter().find(|(name, _)| name.starts_with(about)).unwrap();
        (about, expected, found.clone())
    });
    for (about, expected, found) in said {
        assert_eq!(found, expected, "{about}");
    }
}

/// Rows by column, as one text.
fn told(about: &str, rows: &[Vec<(String, String)>]) -> String {
    let of = |row: &[(String, String)], column: &str| {
        row.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone()).unwrap()
    };
    let line = |row: &Vec<(String, String)>| match about.split([',', ':']).next().unwrap() {
        "how far" => format!("{} {} {}", of(row, "contract_name"), of(row, "status"), of(row, "documents")),
        "left to do" => of(row, "documents_left"),
        "who" => {
            assert!(of(row, "last_document").starts_with("20"), "{row:?}");
            format!(
                "{} a minute",
                of(row, "documents_per_minute").trim_end_matches('0').trim_end_matches('.')
            )
        }
        "what fails" => format!(
            "{} {} {} of which {}",
            of(row, "contract_name"),
            of(row, "failure_code"),
            of(row, "documents"),
            of(row, "example")
        ),
        "what was not clean" => format!(
            "{} {} {} {}",
            of(row, "table_name"),
            of(row, "column_name"),
            of(row, "code"),
            of(row, "occurrences")
        ),
        _ => String::new(),
    };
    rows.iter().map(line).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_queries_for_sqlite_say_what_they_should() {
    let place = Workplace::new(0..100);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let database = place.database();
    database.execute_batch("INSERT INTO app_xml VALUES (1000, '<request/>')").unwrap();
    let found: Vec<_> = queries("SQLite")
        .into_iter()
        .map(|(about, sql)| {
            let mut statement = database.prepare(sql).unwrap();
            let names: Vec<_> = statement.column_names().map(str::to_owned).collect();
            let rows = statement.query_map([], |row| {
                let value = |at| row.get::<_, rusqlite::types::Value>(at).map(text);
                (0..names.len()).map(|at| Ok((names[at].clone(), value(at)?))).collect()
            });
            let rows: Vec<_> = rows.unwrap().collect::<Result<_, _>>().unwrap();
            (about, told(about, &rows))
        })
        .collect();
    check(&found);
}

fn text(value: rusqlite::types::Value) -> String {
    match value {
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Real(number) => format!("{number:.1}"),
        _ => String::new(),
    }
}

#[test]
#[cfg(unix)]
fn the_queries_for_postgres_say_what_they_should() {
    let server = match PostgresServer::start(&[]) {
        Ok(server) => server,
        Err(unavailable) => return skip("the queries for PostgreSQL", &unavailable),
    };
    let place = Workplace::new(0..100);
    let url = server.url("postgres");
    let line = format!("run --source-url sqlite:data.db --target-url {url} --create-tables");
    place.run(&line).ends_with(3);
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let source = "CREATE TABLE app_xml (app_id bigint PRIMARY KEY, xml text); \
                  INSERT INTO app_xml SELECT i, '' FROM generate_series(0, 100) i";
    client.batch_execute(source).unwrap();
    let mut found = Vec::new();
    for (about, sql) in queries("PostgreSQL") {
        let mut rows = Vec::new();
        for message in client.simple_query(sql).unwrap() {
            if let postgres::SimpleQueryMessage::Row(row) = message {
                let names = row.columns().iter().map(|column| column.name().to_owned());
                rows.push(
                    names
                        .enumerate()
                        .map(|(at, name)| (name, row.get(at).unwrap_or("").to_owned()))
                        .collect(),
                );
            }
        }
        found.push((about, told(about, &rows)));
    }
    check(&found);
    assert_eq!(found.len(), 7);
}
