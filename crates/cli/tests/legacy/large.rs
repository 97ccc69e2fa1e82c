// An invented contract of the old format, as large as the largest in use: 360 mappings in 18 tables. Tests count the lines that
// `import-legacy` makes of it, `cargo xtask bench tools` measures how long that takes.

use std::fmt::Write as _;

/// Mappings of the contract.
pub(crate) const MAPPING_COUNT: usize = 360;

const MAIN: &str = "/Provenir/Request/CustData/application";

/// The contract as JSON.
pub(crate) fn contract() -> String {
    let mut mappings = vec![
        mapping(
            "/Provenir/Request",
            "ID",
            "app_base",
            "app_id",
            "\"data_type\": \"int\", \"nullable\": false",
        ),
        mapping(
            &format!("{MAIN}/contact"),
            "con_id",
            "app_contact_base",
            "con_id",
            "\"data_type\": \"int\", \"nullable\": false",
        ),
    ];
    for (table, path, count) in [
        ("app_base", "", 40),
        ("app_operational", "/app_product", 40),
        ("app_pricing", "/app_product", 40),
        ("app_dealer", "/rmc_dealer", 20),
        ("app_solicited", "", 14),
        ("app_campaign", "/campaign", 10),
        ("app_contact_base", "/contact", 30),
        ("app_contact_address", "/contact/contact_address", 18),
        ("app_contact_employment", "/contact/contact_employment", 18),
    ] {
        mappings.extend((0..count).map(|at| plain(table, path, at)));
    }
    for at in 0..14 {
        let expression =
            "CASE WHEN app_date > DATE('2023-10-11') AND app_product.kind LIKE '%x%' THEN 1 ELSE 0 END";
        let rest = format!(
            "\"data_type\": \"smallint\", \"mapping_type\": [\"calculated_field\"], \"expression\": \"{expression}\""
        );
        mappings.push(mapping(MAIN, "", "app_pricing", &format!("calculated_{at}"), &rest));
    }
    for (table, kind, count) in [
        ("app_score", "add_score(S#)", 12),
        ("app_indicator", "add_indicator(I#)", 8),
        ("app_history", "add_history", 18),
        ("app_report_lookup", "add_report_lookup(R#)", 16),
        ("app_policy_exception", "policy_exceptions(#)", 6),
    ] {
        for at in 0..count {
            let kind = kind.replace('#', &at.to_string());
            let data_type = if table == "app_score" { "int" } else { "string" };
            let rest = format!(
                "\"data_type\": \"{data_type}\", \"data_length\": 30, \"mapping_type\": [\"{kind}\"]"
            );
            mappings.push(mapping(
                &format!("{MAIN}/app_product"),
                &format!("{table}_{at}"),
                table,
                "",
                &rest,
            ));
        }
    }
    for slot in 1..=7 {
        for (column, rest) in [
            ("company", "\"data_type\": \"string\", \"data_length\": 50"),
            ("amount", "\"data_type\": \"decimal\", \"data_length\": 2"),
        ] {
            let rest = format!("{rest}, \"nullable\": true, \"mapping_type\": [\"warranty_field({slot})\"]");
            mappings.push(mapping(
                &format!("{MAIN}/app_product"),
                &format!("w{slot}_{column}"),
                "app_warranty",
                column,
                &rest,
            ));
        }
    }
    for slot in 1..=5 {
        for (column, rest) in [
            (
                "make",
                "\"data_type\": \"string\", \"data_length\": 50, \"mapping_type\": [\"add_collateral(#)\"]",
            ),
            (
                "model",
                "\"data_type\": \"string\", \"data_length\": 50, \"mapping_type\": [\"add_collateral(#)\"]",
            ),
            (
                "year",
                "\"data_type\": \"smallint\", \"mapping_type\": [\"add_collateral(#)\", \"numbers_only\"]",
            ),
            (
                "wholesale_value",
                "\"data_type\": \"decimal\", \"data_length\": 2, \"mapping_type\": [\"add_collateral(#)\"]",
            ),
            (
                "used_flag",
                "\"data_type\": \"bit\", \"nullable\": false, \"default_value\": \"0\", \"mapping_type\": [\"add_collateral(#)\", \"char_to_bit\"]",
            ),
            (
                "trim",
                "\"data_type\": \"string\", \"data_length\": 20, \"mapping_type\": [\"add_collateral(#)\"]",
            ),
            (
                "color",
                "\"data_type\": \"string\", \"data_length\": 20, \"mapping_type\": [\"add_collateral(#)\"]",
            ),
        ] {
            let rest = rest.replace('#', &slot.to_string());
            mappings.push(mapping(
                "/Provenir/Request/CustData/IL_collateral",
                &format!("coll{slot}_{column}"),
                "app_collateral",
                column,
                &rest,
            ));
        }
    }
    // The rest of the wide tables.
    let missing = MAPPING_COUNT - mappings.len();
    mappings.extend((0..missing).map(|at| plain("app_base", "", 100 + at)));
    format!("{}{}\n  ]\n}}\n", head(), mappings.join(",\n"))
}

fn head() -> String {
    let mut enums = String::new();
    for list in 0..24 {
        let codes = (0..12).map(|code| format!("\"CODE{code}\": {}", list * 100 + code)).collect::<Vec<_>>();
        write!(
            enums,
            "{}    \"kind_{list}_enum\": {{ {} }}",
            if list == 0 { "" } else { ",\n" },
            codes.join(", ")
        )
        .expect("writing to a string succeeds");
    }
    format!(
        r#"{{
  "xml_root_element": "Provenir", "xml_application_path": "{MAIN}",
  "source_table": "app_xml", "source_column": "xml", "source_application_table": "application", "target_schema": "migration",
  "element_filtering": {{ "filter_rules": [
    {{ "element_type": "contact", "xml_child_path": "{MAIN}/contact", "required_attributes": {{ "con_id": true, "ac_role_tp_c": ["PR", "AUTHU"] }} }},
    {{ "element_type": "address", "xml_child_path": "{MAIN}/contact/contact_address", "required_attributes": {{ "address_tp_c": ["CURR", "PREV"] }} }},
    {{ "element_type": "employment", "xml_child_path": "{MAIN}/contact/contact_employment", "required_attributes": {{ "employment_tp_c": ["CURR"] }} }}
  ] }},
  "bit_conversions": {{ "char_to_bit": {{ "Y": 1, "N": 0 }}, "boolean_to_bit": {{ "true": 1, "false": 0 }} }},
  "enum_mappings": {{
{enums}
  }},
  "mappings": [
"#
    )
}

fn plain(table: &str, path: &str, at: usize) -> String {
    let kind = match at % 8 {
        0 => format!(
            "\"data_type\": \"smallint\", \"mapping_type\": [\"enum\"], \"enum_name\": \"kind_{}_enum\"",
            at % 24
        ),
        1 => "\"data_type\": \"decimal\", \"data_length\": 2, \"nullable\": true".to_owned(),
        2 => "\"data_type\": \"datetime\", \"nullable\": true".to_owned(),
        3 => {
            "\"data_type\": \"string\", \"data_length\": 12, \"mapping_type\": [\"numbers_only\"]".to_owned()
        }
        4 => "\"data_type\": \"bit\", \"nullable\": false, \"mapping_type\": [\"char_to_bit\"]".to_owned(),
        5 => "\"data_type\": \"int\", \"nullable\": true, \"default_value\": \"0\"".to_owned(),
        6 => "\"data_type\": \"string\", \"data_length\": 50, \"description\": \"As the dealer wrote it\""
            .to_owned(),
        _ => "\"data_type\": \"string\", \"data_length\": 50, \"nullable\": true".to_owned(),
    };
    mapping(&format!("{MAIN}{path}"), &format!("{table}_in_{at}"), table, &format!("column_{at}"), &kind)
}

fn mapping(path: &str, attribute: &str, table: &str, column: &str, rest: &str) -> String {
    format!(
        "    {{ \"xml_path\": \"{path}\", \"xml_attribute\": \"{attribute}\", \"target_table\": \"{table}\", \"target_column\": \"{column}\", {rest} }}"
    )
}
