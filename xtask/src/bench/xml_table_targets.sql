-- What `xml_table.sql` fills: keys as `xmlshred ddl` makes them, but no foreign keys and no log.
CREATE SCHEMA xml_table;
CREATE TABLE xml_table.app_base (app_id int PRIMARY KEY, source_system char(3), received_at timestamp, received_date date,
    decided_at timestamp, days_to_decision int, decision_enum smallint, channel_enum smallint, campaign varchar(30),
    currency char(3), language char(2), paperless bool, requested_amount numeric(12, 2));
CREATE TABLE xml_table.app_product (app_id int PRIMARY KEY, product_code varchar(10), amount numeric(12, 2),
    collateral_value numeric(12, 2), term_months smallint, apr numeric(7, 4), risk_weight double precision,
    monthly_payment numeric(10, 2), loan_to_value numeric(12, 4), dealer_code varchar(12), terms_xml xml, first_note text,
    last_note_by varchar(40));
CREATE TABLE xml_table.contact (con_id bigint PRIMARY KEY, app_id int, role_enum smallint, ssn char(9), first_name varchar(50),
    middle_initial char(1), last_name varchar(50), display_name varchar(130), birth_date date, email varchar(100),
    phone varchar(20), citizen bool);
CREATE TABLE xml_table.contact_address (con_id bigint, address_no smallint, address_type varchar(8), street varchar(60),
    house_number varchar(10), city varchar(40), state char(2), zip varchar(9), housing varchar(10), months_at_address smallint,
    PRIMARY KEY (con_id, address_no));
CREATE TABLE xml_table.contact_employment (con_id bigint, employment_no smallint, employer varchar(60), job_title varchar(40),
    salary numeric(12, 2), hired_on date, shift_start time, is_current bool, PRIMARY KEY (con_id, employment_no));
CREATE TABLE xml_table.score (app_id int, score_identifier varchar(10), score int);
CREATE TABLE xml_table.collateral (app_id int, slot smallint, make varchar(30), model varchar(30), year smallint,
    value numeric(12, 2), PRIMARY KEY (app_id, slot));
CREATE TABLE xml_table.product_option (app_id int, option_code varchar(10), price numeric(10, 2), margin_flag bool,
    PRIMARY KEY (app_id, option_code));
CREATE TABLE xml_table.decision_reason (app_id int, reason_no smallint, reason_code varchar(6), severity smallint,
    text varchar(200), PRIMARY KEY (app_id, reason_no));
CREATE TABLE xml_table.stipulation (app_id int, code varchar(6), met bool, due_on date, is_urgent bool, wording text,
    PRIMARY KEY (app_id, code));
CREATE TABLE xml_table.workflow_step (app_id int, step_no int, name varchar(40), phase varchar(20), minutes int,
    finished_at timestamptz, rounded numeric(12, 2), short_name varchar(40), PRIMARY KEY (app_id, step_no));
