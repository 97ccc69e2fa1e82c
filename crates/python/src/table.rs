//! A table that is handed over as an Arrow stream, as often as somebody asks.

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::SchemaRef;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::{html, schema};

/// Rows, in the order of their documents. Cheap to hand over: the cells are shared.
#[pyclass(module = "xmlshred", frozen)]
pub(crate) struct Table {
    name: String,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    /// A table; batches without rows are left out.
    pub(crate) fn new(name: String, schema: SchemaRef, batches: impl Iterator<Item = RecordBatch>) -> Self {
        Self { name, schema, batches: batches.filter(|batch| batch.num_rows() > 0).collect() }
    }

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    #[getter]
    fn num_rows(&self) -> usize {
        self.row_count()
    }

    fn __len__(&self) -> usize {
        self.row_count()
    }

    // Even without rows it is there.
    fn __bool__(&self) -> bool {
        true
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema::capsule(py, &self.schema)
    }

    /// What types the consumer would like is a wish; it converts what it does not take.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, self.schema.clone());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }

    fn __repr__(&self) -> String {
        let rows = self.row_count();
        let plural = if rows == 1 { "" } else { "s" };
        format!("<{}: {rows} row{plural}; {}>", self.name, self.column_names().join(", "))
    }

    fn _repr_html_(&self) -> String {
        let columns = schema::columns_html(&self.schema);
        format!("<b>{}</b>: {} rows{columns}", html::escaped(&self.name), self.row_count())
    }
}
