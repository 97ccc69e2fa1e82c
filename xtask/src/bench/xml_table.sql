-- Eleven of the fifteen tables of the demo's contract by PostgreSQL's own XMLTABLE, one INSERT each, as somebody would write
-- it who has nothing else. `documents` (app_id, document) is a temporary table; targets are in schema `xml_table`.
-- Left out are contact_income, attachment, household and audit, and of the others what takes more than a cast or a CASE.

INSERT INTO xml_table.app_base
SELECT d.app_id, 'LOS', x.received, x.received::date, x.decided, x.decided::date - x.received::date,
       CASE x.decision WHEN 'APPRV' THEN 50 WHEN 'DECLN' THEN 51 WHEN 'DECNC' THEN 52 WHEN 'PENDG' THEN 53 END,
       CASE x.channel WHEN 'WEB' THEN 1 WHEN 'BRNCH' THEN 2 WHEN 'PHONE' THEN 3 ELSE 99 END,
       lower(trim(x.campaign)), coalesce(nullif(x.currency, ''), 'USD'), x.language, x.paperless = 'Y',
       translate(x.requested_amount, '$,', '')::numeric(12, 2)
FROM documents AS d, XMLTABLE('/Provenir/Request/CustData/application' PASSING d.document COLUMNS
    received timestamp PATH '@app_receive_date', decided timestamp PATH '@decision_date',
    decision text PATH 'app_product/@decision_tp_c', channel text PATH '@channel_c', campaign text PATH '@campaign',
    currency text PATH '@currency', language text PATH 'preference[1]/@language', paperless text PATH '@paperless',
    requested_amount text PATH '@requested_amount') AS x;

INSERT INTO xml_table.app_product
SELECT d.app_id, x.product_code, x.amount, x.collateral_value, CASE WHEN x.term ~ '^\d+$' THEN x.term::smallint ELSE 0 END,
       CASE WHEN x.apr ~ '^[\d.]+$' THEN x.apr::numeric(7, 4) END, x.risk_weight, x.payment,
       round(x.amount / x.collateral_value, 4), x.dealer, x.terms, x.first_note, x.last_note_by
FROM documents AS d, XMLTABLE('/Provenir/Request/CustData/application/app_product' PASSING d.document COLUMNS
    product_code text PATH '@product_c', amount numeric PATH '@amount', collateral_value numeric PATH '@collateral_value',
    term text PATH '@term', apr text PATH '@apr', risk_weight double precision PATH '@risk_weight',
    payment numeric PATH '@payment', dealer text PATH 'dealer/@code', terms xml PATH 'terms',
    first_note text PATH 'string(../notes/note[1])', last_note_by text PATH '../notes/note[last()]/@by') AS x;

INSERT INTO xml_table.contact
SELECT DISTINCT ON (x.con_id) x.con_id, d.app_id, CASE x.role WHEN 'PR' THEN 1 WHEN 'AUTHU' THEN 2 ELSE 3 END,
       translate(x.ssn, '-', ''), x.first_name, left(x.initials, 1), x.last_name,
       trim(concat(x.title || ' ', x.first_name, ' ', x.last_name)), x.birth_date, lower(trim(x.email)),
       translate(x.phone, '()- ', ''), x.citizen = 'Y'
FROM documents AS d, XMLTABLE(
    '/Provenir/Request/CustData/application/contact[@con_id != "" and contains(" PR AUTHU COSGN ", concat(" ", @ac_role_tp_c, " "))]'
    PASSING d.document COLUMNS
    con_id bigint PATH '@con_id', role text PATH '@ac_role_tp_c', ssn text PATH '@ssn', title text PATH '@title',
    first_name text PATH '@first_name', initials text PATH '@initials', last_name text PATH '@last_name',
    birth_date date PATH '@birth_date', email text PATH 'contact_point[@kind = "email"][1]',
    phone text PATH 'contact_point[starts-with(@kind, "phone")][1]', citizen text PATH '@citizen') AS x
ORDER BY x.con_id, x.role DESC;

INSERT INTO xml_table.contact_address
SELECT x.con_id, row_number() OVER (PARTITION BY x.con_id ORDER BY x.no),
       CASE x.kind WHEN 'CURR' THEN 'current' ELSE 'previous' END, x.street, x.number, x.city, upper(x.state),
       translate(x.zip, '-', ''), CASE x.housing WHEN 'O' THEN 'own' WHEN 'R' THEN 'rent' WHEN 'P' THEN 'parents' ELSE 'other' END,
       coalesce(x.months, 0) + 12 * coalesce(x.years, 0)
FROM documents AS d, XMLTABLE(
    '/Provenir/Request/CustData/application/contact[@con_id != ""]/contact_address[@address_tp_c != "MAIL" and not(@void = "Y")]'
    PASSING d.document COLUMNS
    no FOR ORDINALITY, con_id bigint PATH '../@con_id', kind text PATH '@address_tp_c', street text PATH '@street',
    number text PATH '@number', city text PATH '@city', state text PATH '@state', zip text PATH '@zip',
    housing text PATH '@housing_c', months int PATH '@months_at_residence', years int PATH '@years_at_residence') AS x;

INSERT INTO xml_table.contact_employment
SELECT x.con_id, row_number() OVER (PARTITION BY x.con_id ORDER BY x.no), x.employer, left(x.job_title, 40),
       CASE WHEN x.salary ~ '^\$' THEN translate(x.salary, '$,', '')::numeric(12, 2) END, x.hired_on, x.shift_start,
       x.is_current = 'true'
FROM documents AS d, XMLTABLE(
    '/Provenir/Request/CustData/application/contact[@con_id != ""]/contact_employment[@salary]' PASSING d.document COLUMNS
    no FOR ORDINALITY, con_id bigint PATH '../@con_id', employer text PATH '@business_name',
    job_title text PATH '@job_title', salary text PATH '@salary', hired_on date PATH '@hired_on',
    shift_start time PATH '@shift_start', is_current text PATH '@current') AS x;

INSERT INTO xml_table.score
SELECT d.app_id, s.name, s.score
FROM documents AS d, XMLTABLE('/Provenir/Request/CustData/application/app_product' PASSING d.document COLUMNS
    tu int PATH '@tu_die_score', eq int PATH '@eq_score', xp int PATH '@xp_score', aj int PATH '@aj_score',
    fraud int PATH '@fraud_score') AS x,
    LATERAL (VALUES ('TU_DIE', x.tu), ('EQ', x.eq), ('XP', x.xp), ('AJ', x.aj), ('FRAUD', x.fraud)) AS s (name, score)
WHERE s.score IS NOT NULL;

INSERT INTO xml_table.collateral
SELECT d.app_id, c.slot, c.make, c.model, c.year, translate(c.value, ',', '')::numeric(12, 2)
FROM documents AS d, XMLTABLE('/Provenir/Request/CustData/application/IL_collateral' PASSING d.document COLUMNS
    make1 text PATH '@coll1_make', model1 text PATH '@coll1_model', year1 smallint PATH '@coll1_year', value1 text PATH '@coll1_value',
    make2 text PATH '@coll2_make', model2 text PATH '@coll2_model', year2 smallint PATH '@coll2_year', value2 text PATH '@coll2_value',
    make3 text PATH '@coll3_make', model3 text PATH '@coll3_model', year3 smallint PATH '@coll3_year', value3 text PATH '@coll3_value'
    ) AS x,
    LATERAL (VALUES (1, x.make1, x.model1, x.year1, x.value1), (2, x.make2, x.model2, x.year2, x.value2),
        (3, x.make3, x.model3, x.year3, x.value3)) AS c (slot, make, model, year, value)
WHERE c.make IS NOT NULL;

INSERT INTO xml_table.product_option
SELECT d.app_id, x.code, coalesce(x.price, 0), coalesce(x.price > 500, false) OR x.code IN ('GAP', 'VSC')
FROM documents AS d, XMLTABLE('/Provenir/Request/CustData/application/options/option[@selected]' PASSING d.document COLUMNS
    code text PATH '@code', price numeric(10, 2) PATH '@price') AS x;

INSERT INTO xml_table.decision_reason
SELECT d.app_id, x.no, x.code, CASE WHEN x.severity ~ '^\d+$' THEN x.severity::smallint ELSE -1 END, left(x.words, 200)
FROM documents AS d, XMLTABLE('/Provenir/Request/CustData/application/decision/reason' PASSING d.document COLUMNS
    no FOR ORDINALITY, code text PATH '@code', severity text PATH '@severity', words text PATH 'normalize-space(.)') AS x;

INSERT INTO xml_table.stipulation
SELECT d.app_id, x.code, x.met = 'Y', x.due_on, x.due_on < DATE '2024-07-01', x.wording
FROM documents AS d, XMLTABLE('/Provenir/Request/CustData/application/decision/stipulation[@met != "Y"]' PASSING d.document COLUMNS
    code text PATH '@code', met text PATH '@met', due_on date PATH '@due', wording text PATH 'proof') AS x;

INSERT INTO xml_table.workflow_step
SELECT d.app_id, x.no, x.name, x.phase, x.minutes, x.finished_at, floor(x.minutes / 10.0) * 10 + x.minutes % 2,
       replace(split_part(x.name, '.', 2), '_', ' ')
FROM documents AS d, XMLTABLE(
    '/Provenir/Request/CustData/application/workflow//step[@done > 0 and contains(@name, ".")]' PASSING d.document COLUMNS
    no FOR ORDINALITY, name text PATH '@name', phase text PATH '../@phase', minutes int PATH '@done',
    finished_at timestamptz PATH '@at') AS x;
