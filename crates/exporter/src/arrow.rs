//! Rows as Arrow record batches.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Decimal128Builder, Float64Builder, Int16Builder, Int32Builder, Int64Builder, ListBuilder,
    MapBuilder, MapFieldNames, StringBuilder, StructBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use rayon::prelude::*;

use crate::column::{Cell, Kind, Labelled, RepairRow, Yuan};
use crate::schema::{Column, Row, SCHEMA_VERSION, Table};

/// Key of the schema's metadata that holds [`SCHEMA_VERSION`].
pub const SCHEMA_VERSION_KEY: &str = "schema_version";

/// The Arrow schema of a table: titles and meanings are metadata of the fields.
pub fn arrow_schema(table: &Table) -> SchemaRef {
    let fields: Vec<Field> = table.columns.iter().map(field).collect();
    let metadata = [
        (SCHEMA_VERSION_KEY, SCHEMA_VERSION.to_string()),
        ("table", table.name.to_owned()),
        ("title", table.title.to_owned()),
        ("description", table.meaning.to_owned()),
    ];
    let metadata = metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Arc::new(Schema::new_with_metadata(fields, metadata))
}

fn field(column: &Column) -> Field {
    let metadata = [("title", column.title), ("description", column.meaning)];
    let metadata = metadata.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Field::new(column.name, data_type(column.kind), column.nullable).with_metadata(metadata)
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Json => DataType::Utf8,
        Kind::Bool => DataType::Boolean,
        Kind::Int16 => DataType::Int16,
        Kind::Int32 => DataType::Int32,
        Kind::Int64 => DataType::Int64,
        Kind::Double => DataType::Float64,
        Kind::Yuan => DataType::Decimal128(Yuan::PRECISION, Yuan::SCALE),
        Kind::Texts => DataType::List(item(DataType::Utf8)),
        Kind::Repairs => DataType::List(item(DataType::Struct(repair_fields()))),
        Kind::Labelled => DataType::Map(entries(), false),
    }
}

fn item(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", data_type, true))
}

fn repair_fields() -> Fields {
    let text = |(name, nullable)| Field::new(name, DataType::Utf8, nullable);
    [("kind", false), ("field", false), ("from", true), ("to", true), ("evidence", false)].map(text).to_vec().into()
}

fn entries() -> Arc<Field> {
    let pair = [Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)];
    Arc::new(Field::new("key_value", DataType::Struct(pair.to_vec().into()), false))
}

/// Rows that are worth it to work on several of their columns, or several of them, at a time.
pub(crate) const MANY: usize = 64;

/// A row taken apart: one cell a column, in their order.
pub struct RowCells<'a> {
    cells: Vec<Cell<'a>>,
    weight: usize,
}

impl<'a> RowCells<'a> {
    /// Takes a row apart.
    pub fn of(row: &'a dyn Row) -> Self {
        let cells = row.cells();
        let weight = cells.iter().map(Cell::weight).sum();
        Self { cells, weight }
    }

    /// Roughly its bytes: the same for the same row.
    pub fn weight(&self) -> usize {
        self.weight
    }
}

/// Collects rows of one table and hands them out as record batches.
pub struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<Builder>,
    rows: usize,
    weight: usize,
}

impl BatchBuilder {
    /// A builder without rows.
    pub fn new(table: &Table) -> Self {
        let columns = table.columns.iter().map(|column| Builder::new(column.kind)).collect();
        Self { schema: arrow_schema(table), columns, rows: 0, weight: 0 }
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Number of rows collected since the last batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Roughly the bytes of these rows: the same for the same rows.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Adds rows, several columns at a time where the rows are many.
    pub fn extend(&mut self, rows: &[RowCells<'_>]) {
        let all_together = self.columns.len();
        let share = if rows.len() < MANY { all_together } else { 1 };
        self.columns.par_iter_mut().enumerate().with_min_len(share).for_each(|(position, builder)| {
            rows.iter().filter_map(|row| row.cells.get(position)).for_each(|cell| builder.append(cell));
        });
        self.weight += rows.iter().map(|row| row.weight).sum::<usize>();
        self.rows += rows.len();
    }

    /// The rows collected since the last batch.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        (self.rows, self.weight) = (0, 0);
        let arrays = self.columns.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

type TextsBuilder = ListBuilder<StringBuilder>;
type LabelledBuilder = MapBuilder<StringBuilder, StringBuilder>;

/// The builder of one column. A cell of another type than the column's cannot come from a record; it counts as null.
enum Builder {
    Text(StringBuilder),
    Bool(BooleanBuilder),
    Int16(Int16Builder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Double(Float64Builder),
    Yuan(Decimal128Builder),
    Texts(TextsBuilder),
    Repairs(ListBuilder<StructBuilder>),
    Labelled(LabelledBuilder),
}

impl Builder {
    /// A builder without room: most tables of most runs are short, and room that is reserved has to be cleared.
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Json => Self::Text(text_builder()),
            Kind::Bool => Self::Bool(BooleanBuilder::with_capacity(0)),
            Kind::Int16 => Self::Int16(Int16Builder::with_capacity(0)),
            Kind::Int32 => Self::Int32(Int32Builder::with_capacity(0)),
            Kind::Int64 => Self::Int64(Int64Builder::with_capacity(0)),
            Kind::Double => Self::Double(Float64Builder::with_capacity(0)),
            Kind::Yuan => Self::Yuan(Decimal128Builder::with_capacity(0).with_data_type(data_type(kind))),
            Kind::Texts => Self::Texts(ListBuilder::with_capacity(text_builder(), 0)),
            Kind::Repairs => {
                Self::Repairs(ListBuilder::with_capacity(StructBuilder::from_fields(repair_fields(), 0), 0))
            }
            Kind::Labelled => Self::Labelled(labelled_builder()),
        }
    }

    fn append(&mut self, cell: &Cell<'_>) {
        match self {
            Self::Text(builder) => append_text(builder, cell),
            Self::Bool(builder) => builder.append_option(as_bool(cell)),
            Self::Int16(builder) => builder.append_option(as_int(cell).and_then(|n| i16::try_from(n).ok())),
            Self::Int32(builder) => builder.append_option(as_int(cell).and_then(|n| i32::try_from(n).ok())),
            Self::Int64(builder) => builder.append_option(as_int(cell)),
            Self::Double(builder) => builder.append_option(as_double(cell)),
            Self::Yuan(builder) => builder.append_option(as_fen(cell)),
            Self::Texts(builder) => append_texts(builder, cell),
            Self::Repairs(builder) => append_repairs(builder, cell),
            Self::Labelled(builder) => append_labelled(builder, cell),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Int16(builder) => Arc::new(builder.finish()),
            Self::Int32(builder) => Arc::new(builder.finish()),
            Self::Int64(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Yuan(builder) => Arc::new(builder.finish()),
            Self::Texts(builder) => Arc::new(builder.finish()),
            Self::Repairs(builder) => Arc::new(builder.finish()),
            Self::Labelled(builder) => Arc::new(builder.finish()),
        }
    }
}

fn labelled_builder() -> LabelledBuilder {
    let names = MapFieldNames { entry: "key_value".to_owned(), key: "key".to_owned(), value: "value".to_owned() };
    MapBuilder::with_capacity(Some(names), text_builder(), text_builder(), 0)
}

fn text_builder() -> StringBuilder {
    StringBuilder::with_capacity(0, 0)
}

fn append_text(builder: &mut StringBuilder, cell: &Cell<'_>) {
    match cell {
        Cell::Text(text) => builder.append_value(text),
        Cell::Json(value) => builder.append_value(value.as_str()),
        _ => builder.append_null(),
    }
}

fn as_bool(cell: &Cell<'_>) -> Option<bool> {
    if let Cell::Bool(value) = cell { Some(*value) } else { None }
}

fn as_int(cell: &Cell<'_>) -> Option<i64> {
    if let Cell::Int(value) = cell { Some(*value) } else { None }
}

fn as_double(cell: &Cell<'_>) -> Option<f64> {
    if let Cell::Double(value) = cell { Some(*value) } else { None }
}

fn as_fen(cell: &Cell<'_>) -> Option<i128> {
    if let Cell::Yuan(yuan) = cell { Some(yuan.fen().into()) } else { None }
}

fn append_texts(builder: &mut TextsBuilder, cell: &Cell<'_>) {
    if let Cell::Texts(texts) = cell {
        texts.iter().for_each(|text| builder.values().append_value(text));
    }
    builder.append(matches!(cell, Cell::Texts(_)));
}

fn append_repairs(builder: &mut ListBuilder<StructBuilder>, cell: &Cell<'_>) {
    if let Cell::Repairs(repairs) = cell {
        repairs.iter().for_each(|repair| append_repair(builder.values(), repair));
    }
    builder.append(matches!(cell, Cell::Repairs(_)));
}

fn append_repair(builder: &mut StructBuilder, repair: &RepairRow) {
    let texts =
        [Some(&repair.kind), Some(&repair.field), repair.from.as_ref(), repair.to.as_ref(), Some(&repair.evidence)];
    for (position, text) in texts.into_iter().enumerate() {
        if let Some(column) = builder.field_builder::<StringBuilder>(position) {
            column.append_option(text);
        }
    }
    builder.append(true);
}

fn append_labelled(builder: &mut LabelledBuilder, cell: &Cell<'_>) {
    if let Cell::Labelled(fields) = cell {
        append_entries(builder, fields);
    }
    // Keys and values are appended in pairs, so the builder has nothing to object to.
    let _ = builder.append(matches!(cell, Cell::Labelled(_)));
}

fn append_entries(builder: &mut LabelledBuilder, fields: &Labelled) {
    for (label, text) in fields.iter() {
        builder.keys().append_value(label);
        builder.values().append_value(text);
    }
}
