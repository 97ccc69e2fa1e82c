//! Contracts that are nothing unusual, with documents that were made to cost much. `document(2)` is twice `document(1)`.

pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    pub(crate) contract: &'static str,
    pub(crate) document: fn(usize) -> String,
}

fn repeated(around: &str, part: &str, count: usize) -> String {
    format!("<{around}>{}</{around}>", part.repeat(count))
}

/// Elements `b` nested 200 deep, over and over, each with something in it.
fn deep(inner: &str, count: usize) -> String {
    let tower = "<b>".repeat(200) + inner + &"</b>".repeat(200);
    repeated("r", &tower, count)
}

pub(crate) const CASES: &[Hostile] = &[
    Hostile {
        name: "documents in many elements",
        contract: "document: { root: /r, embedded: [a, a/b/c] }\ntables: { t: { each: a/b, columns: { k: { path: '@k', type: text }, d: { path: 'c/d/@k', type: text } } } }",
        document: |times| {
            repeated(
                "r",
                "<a>&lt;b k='1'&gt;&lt;c&gt;&amp;lt;d k='&amp;amp;lt;'/&amp;gt;&lt;/c&gt;&lt;/b&gt;</a>",
                1_000 * times,
            )
        },
    },
    Hostile {
        name: "entities of the document, and attributes that it does not show",
        contract: "document: { root: /r, entities: internal }\ntables: { t: { each: a, columns: { k: { path: '@k', type: text }, v: { path: ., type: text } } } }",
        document: |times| {
            let declared =
                "<!DOCTYPE r [<!ENTITY a ''><!ENTITY b '&a;&a;&a;&a;x'><!ATTLIST a k NMTOKENS ' 1  2 '>]>";
            declared.to_owned() + &repeated("r", "<a>&b;&b;</a><a k='  3 4'/>", 2_500 * times)
        },
    },
    Hostile {
        name: "elements are looked up by a value of the row",
        contract: "document: { root: /r }\ntables: { t: { each: f, let: { c: { path: '@c', type: text } }, columns: { n: { path: '@c', type: int }, a: { path: '/c[@id = $c]/e', type: text }, b: { path: \"//c[@id = $c and e != 'x'][1]/@id\", type: text }, d: { path: '../c[$n = @id]/e/..', type: text } } } }",
        document: |times| {
            let count = 1_500 * times;
            let contexts = (0..count).map(|n| format!("<c id='{n}'><e>v</e></c>")).collect::<String>();
            let facts = (0..count).map(|n| format!("<f c='{}'/>", n * 7 % count)).collect::<String>();
            format!("<r>{contexts}{facts}</r>")
        },
    },
    Hostile {
        name: "elements are looked up behind another condition",
        contract: "document: { root: /r }\ntables: { t: { each: f, let: { c: { path: '@c', type: text } }, columns: { a: { path: \"/c[@k = 'x'][@id = $c]/@id\", type: text }, b: { path: \"../c[not(e)][@k != 'y'][@id = $c][1]/@id\", type: text } } } }",
        document: |times| {
            let count = 1_500 * times;
            let contexts = (0..count).map(|n| format!("<c id='{n}' k='x'/>")).collect::<String>();
            let facts = (0..count).map(|n| format!("<f c='{}'/>", n * 7 % count)).collect::<String>();
            format!("<r>{contexts}{facts}</r>")
        },
    },
    Hostile {
        name: "a row's next and last sibling, and what is around it",
        contract: "document: { root: /r }\ntables: { t: { each: b, columns: { a: { path: 'following-sibling::*[1]/@k', type: text }, b: { path: 'preceding-sibling::b[1]/@k', type: text }, c: { path: 'ancestor::*[1]/@k', type: text } } } }",
        document: |times| repeated("r", "<b k='1'><c><d/></c></b>", 2_500 * times),
    },
    Hostile {
        name: "siblings and ancestors of many elements together",
        contract: "document: { root: /r }\ntables: { t: { columns: { a: { path: 'b/following-sibling::b/preceding-sibling::*/@k', pick: last, type: text }, b: { path: '//b/ancestor::*/@k', pick: last, type: text } } } }",
        document: |times| repeated("r", "<b k='1'><b><b/></b></b>", 2_500 * times),
    },
    Hostile {
        name: "whether others stand before or behind, and the first of them",
        contract: "document: { root: /r }\ntables: { t: { each: 'a[preceding-sibling::a]', columns: { k: { path: 'preceding-sibling::a/@k', type: text } } }, u: { each: 'a[not(preceding-sibling::a[@k])]', columns: { k: { path: '@k', type: text } } }, v: { each: 'a[following-sibling::a]', columns: { k: { path: 'preceding-sibling::*[q]/@k', type: text } } } }",
        document: |times| repeated("r", "<a k='1'><q/></a>", 1_500 * times),
    },
    Hostile {
        name: "the first of many that are equal is looked up",
        contract: "document: { root: /r }\ntables: { t: { each: a, let: { x: { path: '@k', type: int } }, columns: { a: { path: '/a[@k = $x]/@k', type: text }, b: { path: '//a[$x = @k]', type: text }, c: { path: '../a[@k = $x]/q/@n', type: text } } } }",
        document: |times| repeated("r", "<a k='1'><q n='2'/></a>", 1_500 * times),
    },
    Hostile {
        name: "a column reads the first of all siblings",
        contract: "document: { root: /o }\ntables: { t: { each: line, columns: { sku: { path: '../line[1]/@sku', type: text } } } }",
        document: |times| repeated("o", "<line sku='a-12'/>", 2_500 * times),
    },
    Hostile {
        name: "a column reads the last of all that stand around the row",
        contract: "document: { root: /o }\ntables: { t: { each: line, columns: { a: { path: '(../line)[last()]/@sku', type: text }, b: { path: '(..//q)[last()]', type: text }, c: { path: '((../line)[last()]/q)[last()]/..', type: text } } }, u: { each: line, where: \"a <> 'x'\", let: { a: { path: '@sku', type: text } }, columns: { k: { path: \"self::*[(../line)[last()]/@sku = 'a-12']/@sku\", type: text } } } }",
        document: |times| repeated("o", "<line sku='a-12'><q>1</q></line>", 1_500 * times),
    },
    Hostile {
        name: "conditions compare the node with what stands around it",
        contract: "document: { root: /o }\ntables: { t: { each: line, columns: { a: { path: '../line[../line[last()]/@sku = @sku]/q', pick: last, type: text } } }, u: { each: 'line[@sku = (../line)[last()]/@sku]', columns: { k: { path: '@sku', type: text } } }, w: { each: 'line[@sku = (//line)[last()]/@sku]', one_per: { key: '(//line)[last()]/@sku' }, columns: { k: { path: '@sku', type: text } } }, v: { each: 'line[count(../line) > @sku]', columns: { k: { path: \"self::*[starts-with(@sku, ../line[last()]/@sku)]/@sku\", type: text } } } }",
        document: |times| repeated("o", "<line sku='12'><q>1</q></line>", 1_500 * times),
    },
    Hostile {
        name: "a column reads the last of all siblings",
        contract: "document: { root: /o }\ntables: { t: { each: line, columns: { sku: { path: '../line[last()]/@sku', type: text } } } }",
        document: |times| repeated("o", "<line sku='a-12'/>", 2_500 * times),
    },
    Hostile {
        name: "a column finds nothing among all siblings",
        contract: "document: { root: /o }\ntables: { t: { each: line, columns: { sku: { path: \"../line[@sku = 'x']/@sku\", type: text } } } }",
        document: |times| repeated("o", "<line sku='a-12'/>", 2_500 * times),
    },
    Hostile {
        name: "a column reads an absolute path",
        contract: "document: { root: /r }\ntables: { t: { each: b, columns: { k: { path: /r/b/@k, type: text }, l: { path: '/r/b[1]/@k', type: text }, m: { path: '/r/b/@k', pick: last, type: text } } } }",
        document: |times| repeated("r", "<b k='17'/>", 2_500 * times),
    },
    Hostile {
        name: "a condition reads an absolute path",
        contract: "document: { root: /r }\ntables: { t: { each: \"b[/r/c/@k = '1']\", columns: { k: { path: '@k', type: text } } } }",
        document: |times| repeated("r", "<b k='17'/>", 2_500 * times),
    },
    Hostile {
        name: "the same descendants by six ways",
        contract: "document: { root: /r }\ntables: { t: { each: //b//b//b//b//b//b, columns: { k: { path: '@k', type: text } } } }",
        document: |times| deep("<b k='1'/>", 10 * times),
    },
    Hostile {
        name: "a condition on the text of nested elements",
        contract: "document: { root: /r }\ntables: { t: { each: \"//b[contains(., 'zzz')]\", columns: { k: { path: '@k', type: text } } } }",
        document: |times| deep("some text &amp; more of it<c/>and again", 20 * times),
    },
    Hostile {
        name: "rows of one column",
        contract: "document: { root: /r }\ntables: { t: { each: a, columns: { n: { path: '@n', type: int } } } }",
        document: |times| repeated("r", "<a/>", 50_000 * times),
    },
    Hostile {
        name: "rows that are tried by where, and one per key",
        contract: "document: { root: /r }\ntables: { t: { each: a, where: \"n > 0\", one_per: { key: '@n' }, columns: { n: { path: '@n', type: int }, s: { path: ., type: text } } } }",
        document: |times| {
            (0..5_000 * times).fold("<r>".to_owned(), |text, n| text + &format!("<a n='{n}'>&lt;</a>"))
                + "</r>"
        },
    },
    Hostile {
        name: "parents with children that read them",
        contract: "document: { root: /r }\ntables:\n  p: { each: p, columns: { id: { path: '@id', type: int, key: true }, t: { path: '@t', type: text } } }\n  c: { within: p, each: c, columns: { id: { parent: p.id, type: int }, u: { expr: \"UPPER(p.t)\", type: text }, n: { path: ../@t, type: text } } }",
        document: |times| repeated("r", "<p id='1' t='abc'><c/><c/><c/></p>", 2_000 * times),
    },
    Hostile {
        name: "markup below many declarations",
        contract: "document: { root: /r }\ntables: { t: { each: x, columns: { m: { path: ., type: xml } } } }",
        document: |times| {
            let declarations = (0..10).map(|n| format!(" xmlns:p{n}='urn:n{n}'")).collect::<String>();
            format!("<r{declarations}>{}</r>", "<x/>".repeat(5_000 * times))
        },
    },
    Hostile {
        name: "attributes with prefixes below many declarations",
        contract: "document: { root: /r }\ntables: { t: { each: x, columns: { m: { path: '@a', type: text } } } }",
        document: |times| {
            let declarations =
                (0..500 * times).map(|n| format!(" xmlns:p{n}='urn:n{n}'")).collect::<String>();
            let attributes = (0..500 * times).map(|n| format!(" p{n}:a='1'")).collect::<String>();
            format!("<r{declarations}><x{attributes}/></r>")
        },
    },
    Hostile {
        name: "a condition asks for the last of all siblings",
        contract: "document: { root: /o }\ntables: { t: { each: \"line[../line[last()]/@sku = 'a-12']\", columns: { sku: { path: '@sku', type: text } } } }",
        document: |times| repeated("o", "<line sku='a-12'/>", 2_500 * times),
    },
    Hostile {
        name: "a condition asks whether there is none among all siblings, also below them",
        contract: "document: { root: /o }\ntables: { t: { each: \"//line[not(../line/@none) and not(/line[@none])]\", columns: { sku: { path: '@sku', type: text } } } }",
        document: |times| repeated("o", "<line sku='a-12'><line sku='b'/></line>", 1_500 * times),
    },
    Hostile {
        name: "rows begin at elements around their parents",
        contract: "document: { root: /o }\ntables:\n  p: { each: line, columns: { id: { generate: row_number, key: true } } }\n  c: { within: p, each: '../line[last()]', columns: { sku: { path: '@sku', type: text } } }\n  d: { within: p, each: \"/line[@sku = 'x']\", columns: { sku: { path: '@sku', type: text } } }",
        document: |times| repeated("o", "<line sku='a-12'/>", 2_500 * times),
    },
    Hostile {
        name: "rows are one per what stands around them",
        contract: "document: { root: /o }\ntables: { t: { each: line, one_per: { key: '../line[last()]/@sku', prefer: { path: \"/line[@none]/@sku\", order: [a, b] } }, columns: { sku: { path: '@sku', type: text } } } }",
        document: |times| repeated("o", "<line sku='a-12'/>", 2_500 * times),
    },
    Hostile {
        name: "small elements that where lets pass",
        contract: "document: { root: /r }\ntables: { t: { each: a, where: 'n IS NULL', columns: { n: { path: '@n', type: int } } } }",
        document: |times| repeated("r", "<a/>", 50_000 * times),
    },
    Hostile {
        name: "joined text of all siblings, asked for in every row",
        contract: "document: { root: /o }\ntables: { t: { each: line, let: { whole: { path: '../line/@sku', pick: \"join(',')\", type: text } }, columns: { n: { expr: 'CASE WHEN whole IS NULL THEN 0 ELSE 1 END', type: int } } } }",
        document: |times| repeated("o", "<line sku='a-12'/>", 1_000 * times),
    },
];
