//! What tables look like, in Arrow's words.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::ffi::FFI_ArrowSchema;
use arrow_schema::{Field, Schema, SchemaRef};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use xmlshred_model as model;

use crate::html;

/// Key of a field's metadata: the type as contracts write it.
const TYPE: &str = "xmlshred:type";
/// Key of a field's metadata, there where values are personal.
const SENSITIVE: &str = "xmlshred:sensitive";

/// The schema of a table: exact about nulls, and with the contract's types in the metadata of its fields.
pub(crate) fn arrow_schema(table: &model::TableSchema) -> SchemaRef {
    let field = |column: &model::ColumnSchema| {
        let mut metadata = HashMap::from([(TYPE.to_owned(), column.data_type.to_string())]);
        if column.sensitive {
            metadata.insert(SENSITIVE.to_owned(), "true".to_owned());
        }
        let data_type = column.data_type.arrow_type();
        Field::new(&column.name, data_type, column.nullable).with_metadata(metadata)
    };
    Arc::new(Schema::new(table.columns.iter().map(field).collect::<Vec<_>>()))
}

/// The schema as a capsule.
pub(crate) fn capsule<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema =
        FFI_ArrowSchema::try_from(schema).map_err(|error| PyValueError::new_err(error.to_string()))?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

/// Columns and their types, for a notebook.
pub(crate) fn columns_html(schema: &Schema) -> String {
    let rows = schema.fields().iter().map(|field| {
        let null = if field.is_nullable() { "null" } else { "not null" };
        let metadata = field.metadata();
        let data_type = metadata.get(TYPE).cloned().unwrap_or_else(|| field.data_type().to_string());
        let sensitive = if metadata.contains_key(SENSITIVE) { "sensitive" } else { "" };
        vec![field.name().clone(), data_type, null.to_owned(), sensitive.to_owned()]
    });
    html::table(&["column", "type", "", ""], rows)
}

/// What a table of a contract looks like.
#[pyclass(module = "xmlshred", frozen)]
pub(crate) struct TableSchema {
    name: String,
    schema: SchemaRef,
    primary_key: Vec<String>,
}

impl TableSchema {
    pub(crate) fn new(table: &model::TableSchema) -> Self {
        let key = table.primary_key.iter().map(|&column| table.columns[column].name.clone());
        Self { name: table.name.clone(), schema: arrow_schema(table), primary_key: key.collect() }
    }

    /// For a notebook.
    pub(crate) fn html(&self) -> String {
        format!("<b>{}</b>{}", html::escaped(&self.name), columns_html(&self.schema))
    }
}

#[pymethods]
impl TableSchema {
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    #[getter]
    fn primary_key(&self) -> Vec<String> {
        self.primary_key.clone()
    }

    fn __len__(&self) -> usize {
        self.schema.fields().len()
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        capsule(py, &self.schema)
    }

    fn __repr__(&self) -> String {
        format!("<table {}: {}>", self.name, self.column_names().join(", "))
    }

    fn _repr_html_(&self) -> String {
        self.html()
    }
}
