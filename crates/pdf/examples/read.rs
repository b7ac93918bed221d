//! Prints the blocks that a PDF reads, for people: `read FILE`.

use std::fmt::Write as _;
use std::io::Write as _;

use jixiao_model::{Block, Limits, join_lines};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let file = args.next().ok_or("usage: read FILE")?;
    let reading = jixiao_pdf::read_pdf(&std::fs::read(file)?, None, &Limits::default())?;
    let text: String = reading
        .blocks
        .iter()
        .map(block)
        .chain(reading.diagnostics.iter().map(|d| format!("! {}\n", d.message)))
        .collect();
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn block(block: &Block) -> String {
    match block {
        Block::PageBreak => "--- page\n".to_owned(),
        Block::Furniture(line) => format!("~ {}\n", line.text),
        Block::Paragraph(lines) => {
            let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
            format!("P {}\n", texts.join(" | "))
        }
        Block::Table(table) => {
            let mut out = format!("T {:?} {} columns\n", table.origin, table.columns);
            for (i, row) in table.rows.iter().enumerate() {
                let _ = write!(out, "  {i:3}{} ", if row.after_page_break { "^" } else { " " });
                for cell in &row.cells {
                    let text = join_lines(&cell.lines).replace('\n', "⏎");
                    let _ = write!(out, "[{}+{}/{} {}] ", cell.column, cell.column_span, cell.row_span, text);
                }
                out += "\n";
            }
            for join in &table.joins {
                let _ = writeln!(out, "  + {:?} row {} column {:?} {}", join.kind, join.row, join.column, join.dropped);
            }
            out
        }
    }
}
