//! `infer`: where documents come from, where the contract goes, and what is said. What contracts say is tested in `mapping`.

use std::io::Write;
use std::process::Stdio;

use crate::workplace::{Answer, Workplace, document};

/// A folder with ten good documents, named after their keys.
fn place_with_files() -> Workplace {
    let place = Workplace::new(1..7);
    std::fs::create_dir(place.path().join("samples")).unwrap();
    for key in 10..20 {
        place.write(&format!("samples/{key}.xml"), &document(key));
    }
    place
}

#[test]
fn a_contract_from_files_loads_them_and_knows_their_key() {
    let place = place_with_files();
    let answer = place.run("infer samples/*.xml --out new.yaml").ends_with(0);
    answer.says(&["document.key is @id", "new.yaml: 2 tables", "from 10 documents"]);
    place.run("check --contract new.yaml").ends_with(0);
    place
        .run("run --contract new.yaml --files samples/*.xml --url sqlite:new.db --create-tables")
        .ends_with(0);
    let database = rusqlite::Connection::open(place.path().join("new.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM request WHERE app_id = id AND name = 'Person ' || id"), 10);
    assert_eq!(count("SELECT count(*) FROM phone"), (10..20).map(|key| key % 4).sum::<i64>());
}

#[test]
fn the_first_documents_of_a_source_are_samples_too() {
    let place = place_with_files();
    let first = place.run("infer --sample 4 --url sqlite:data.db").ends_with(0);
    let named = place.run("infer --key 1,2,3,4 --url sqlite:data.db").ends_with(0);
    assert_eq!(first.out, named.out);
    first.says(&["from 4 documents"]);
    place.run("infer --sample 4").ends_with(2).says(&["no database given"]);
    place.run("infer").ends_with(2);
}

#[test]
fn standard_input_is_a_document_and_standard_output_takes_the_contract() {
    let place = Workplace::new(1..2);
    let mut child = place
        .command("infer - --name people --source-table docs --source-key id --source-xml body")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document(5).as_bytes()).unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap()).ends_with(0);
    for line in ["name: people", "  table: docs", "  key: id", "  xml: body", "  root: /request"] {
        assert!(answer.out.lines().any(|found| found == line), "{line}\n{}", answer.out);
    }
    assert!(!answer.out.contains("Person"), "{}", answer.out);
}

#[test]
fn a_file_that_is_there_is_kept_unless_forced() {
    let place = place_with_files();
    place.write("old.yaml", "mine");
    place.run("infer samples/*.xml --out old.yaml").ends_with(2).says(&["old.yaml exists", "--force"]);
    assert_eq!(std::fs::read_to_string(place.path().join("old.yaml")).unwrap(), "mine");
    place.run("infer samples/*.xml --out old.yaml --force").ends_with(0);
    place.run("check --contract old.yaml").ends_with(0);
}

#[test]
fn several_roots_are_told_apart_with_their_documents() {
    let place = place_with_files();
    place.write("samples/other.xml", "<other a='1'/>");
    let answer = place.run("infer samples/*.xml").ends_with(2);
    answer.says(&["2 different root elements", "other in samples/other.xml", "--root NAME"]);
    let answer = place.run("infer samples/*.xml --root other").ends_with(0);
    assert!(answer.out.contains("root: /other"), "{}", answer.out);
    let answer = place.run("infer samples/*.xml --root request,other").ends_with(0);
    assert!(answer.out.contains("root: [/request, /other]"), "{}", answer.out);
    place.run("infer samples/*.xml --root other,third").ends_with(2).says(&["`third`"]);
    place.run("infer samples/*.xml --root third").ends_with(2).says(&["`third`"]);
}

#[test]
fn broken_documents_are_left_out_and_counted() {
    let place = place_with_files();
    place.write("samples/broken.xml", "<request><secret>word</request>");
    let answer = place.run("infer samples/*.xml").ends_with(3);
    assert!(!answer.err.contains("word"), "{}", answer.err);
    answer.says(&["samples/broken.xml is left out", "at line 1 column 22", "documents left out: 1"]);
    place.run("infer samples/none*.xml").ends_with(2).says(&["no file matches `samples/none*.xml`"]);
    place.run("infer samples/broken.xml").ends_with(2).says(&["no document to infer a contract from"]);
}

#[test]
fn a_schema_is_read_with_the_files_that_it_includes() {
    let place = place_with_files();
    let schema =
        |body: &str| format!("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>{body}</xs:schema>");
    let main = "<xs:include schemaLocation='parts/types.xsd'/><xs:include schemaLocation='missing.xsd'/>\
                <xs:element name='request' type='Request'/>";
    let types = "<xs:include schemaLocation='../main.xsd'/><xs:complexType name='Request'><xs:sequence>\
                 <xs:element name='name'><xs:simpleType><xs:restriction base='xs:string'><xs:maxLength value='77'/>\
                 </xs:restriction></xs:simpleType></xs:element></xs:sequence></xs:complexType>";
    std::fs::create_dir(place.path().join("parts")).unwrap();
    place.write("main.xsd", &schema(main));
    place.write("parts/types.xsd", &schema(types));
    let answer = place.run("infer samples/*.xml --xsd main.xsd").ends_with(0);
    assert!(answer.out.contains("path: name, type: varchar(77)"), "{}", answer.out);
    answer.says(&["missing.xsd (include) is left out", "the schema knows 1 of the elements"]);
    place
        .run("infer samples/*.xml --xsd contract.yaml")
        .ends_with(2)
        .says(&["cannot read schema contract.yaml"]);
}

#[test]
fn a_schema_alone_makes_a_contract_that_loads_its_documents() {
    let place = Workplace::new(1..2);
    place.write(
        "order.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns='urn:o' xmlns:p='urn:p' targetNamespace='urn:o' elementFormDefault='qualified'>
         <xs:include schemaLocation='parts/line.xsd'/><xs:import namespace='urn:p' schemaLocation='parts/party.xsd'/>
         <xs:import namespace='urn:q' schemaLocation='https://example.org/q.xsd'/><xs:include schemaLocation='none.xsd'/>
         <xs:element name='order'><xs:complexType><xs:sequence><xs:element ref='p:party'/><xs:element ref='line' maxOccurs='9'/></xs:sequence>
         <xs:attribute name='no' type='xs:int' use='required'/></xs:complexType></xs:element></xs:schema>",
    );
    std::fs::create_dir(place.path().join("parts")).unwrap();
    // A file without a namespace is in that of the one that includes it.
    place.write(
        "parts/line.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='line' type='Line'/>
         <xs:simpleType name='Line'><xs:restriction base='xs:string'><xs:maxLength value='7'/></xs:restriction></xs:simpleType></xs:schema>",
    );
    place.write(
        "parts/party.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:p'><xs:element name='party' type='xs:string'/></xs:schema>",
    );
    let answer = place.run("infer --xsd order.xsd --out new.yaml").ends_with(0);
    answer.says(&[
        "none.xsd (include) is left out",
        "schema https://example.org/q.xsd (import) is not fetched",
        "new.yaml: 2 tables, 4 columns besides keys, from the schema",
    ]);
    std::fs::create_dir(place.path().join("orders")).unwrap();
    place.write(
        "orders/1.xml",
        "<order xmlns='urn:o' no='5'><p:party xmlns:p='urn:p'>Ann</p:party><line>pen</line><line>ink</line></order>",
    );
    place.run("check --contract new.yaml").ends_with(0);
    place.run("coverage orders/*.xml --contract new.yaml --fail-under 100").ends_with(0);
    place
        .run("run --contract new.yaml --files orders/*.xml --url sqlite:new.db --create-tables")
        .ends_with(0);
    let database = rusqlite::Connection::open(place.path().join("new.db")).unwrap();
    let sql = "SELECT \"order\".no || party || group_concat(value) FROM \"order\" JOIN line USING (app_id)";
    assert_eq!(database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap(), "5Annpen,ink");
}

#[test]
fn a_schema_with_several_roots_asks_which_and_a_file_that_is_none_is_called_what_it_is() {
    let place = Workplace::new(1..2);
    place.write(
        "two.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='invoice'/><xs:element name='credit' type='xs:int'/></xs:schema>",
    );
    place
        .run("infer --xsd two.xsd")
        .ends_with(2)
        .says(&["2 elements that may be the root: invoice, credit", "--root NAME"]);
    let answer = place.run("infer --xsd two.xsd --root credit").ends_with(0);
    assert!(answer.out.contains("root: /credit"), "{}", answer.out);
    place
        .run("infer --xsd two.xsd --root debit")
        .ends_with(2)
        .says(&["no element `debit`", "invoice, credit"]);
    place.write("service.wsdl", "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>");
    place
        .run("infer --xsd service.wsdl")
        .ends_with(2)
        .says(&["it is a WSDL description", "a file of its own"]);
    place.write("note.dtd", "<!ELEMENT note (#PCDATA)>");
    place.run("infer --xsd note.dtd").ends_with(2).says(&["it is a DTD, no XML Schema", "trang"]);
    place.run("infer --xsd nothing.xsd").ends_with(2).says(&["cannot read schema nothing.xsd"]);
    place.run("infer").ends_with(2).says(&["infer --xsd FILE"]);
}

#[test]
fn a_contract_without_a_key_path_can_be_previewed() {
    let place = place_with_files();
    place.run("infer samples/11.xml --out new.yaml").ends_with(0);
    let answer =
        place.run("preview samples/11.xml samples/12.xml --contract new.yaml --format json").ends_with(0);
    assert!(
        answer.out.contains(r#""app_id":11,"#) && answer.out.contains(r#""app_id":12,"#),
        "{}",
        answer.out
    );
}

#[test]
fn a_key_path_that_is_no_path_is_told() {
    let place = place_with_files();
    place.run("infer samples/*.xml --key-path a[").ends_with(2).says(&["--key-path"]);
}

#[test]
fn key_paths_and_roots_that_no_document_has_are_told_with_what_was_meant() {
    let place = place_with_files();
    place.write("samples/other.xml", "<Order no='1'/>");
    let infer = |rest: &str| place.run(&format!("infer samples/*.xml {rest}"));
    for (path, meant) in [("id", "@id"), ("@ID", "@id"), ("@Id", "@id"), ("phone/nr", "")] {
        let answer = infer(&format!("--root request --key-path {path}")).ends_with(2);
        let said = format!("no document has anything at the key path `{path}`");
        let answer = answer.says(&[&said, "hint: paths start below the root element"]);
        assert_eq!(answer.err.contains("did you mean"), !meant.is_empty(), "{}", answer.err);
        assert!(
            meant.is_empty() || answer.err.contains(&format!("did you mean `{meant}`?")),
            "{}",
            answer.err
        );
    }
    infer("--root request --key-path @id").ends_with(0).says(&[
        "note: documents with other roots, which are left out: 1 (Order in samples/other.xml; request in ",
    ]);
    let answer = infer("--root Request").ends_with(2);
    let answer = answer.says(&["no document has the root element `Request`; did you mean `request`?"]);
    assert!(!answer.err.contains("\\n"), "{}", answer.err);
}
