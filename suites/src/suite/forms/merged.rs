//! Tables in which what several rows share is drawn once.

use renkei_validator::spec::Key;

use super::filler::Filler;
use super::model::{Cell, Tr};

/// Rows of a table whose first columns are drawn once as long as the rows below repeat them. The first item
/// of each group is its number.
pub(crate) fn merged_body(f: &Filler<'_>, merged: &[&[Key]], single: &[Key]) -> Vec<Tr> {
    let mut body: Vec<Tr> =
        f.rows().iter().map(|row| Tr { class: "", rows: f.names(&[*row]), cells: Vec::new() }).collect();
    let class = |at: usize| if at == 0 { "no" } else { "" };
    let mut runs: Vec<Vec<usize>> = vec![(0..f.rows().len()).collect()];
    for keys in merged {
        let mut finer: Vec<Vec<usize>> = Vec::new();
        for run in &runs {
            let mut fresh = true;
            for at in run {
                let same = |known: &Vec<usize>| {
                    let (above, here) = (f.rows()[known[0]], f.rows()[*at]);
                    keys.iter().all(|key| f.at(above, *key) == f.at(here, *key))
                };
                match finer.last_mut() {
                    Some(known) if !fresh && same(known) => known.push(*at),
                    _ => finer.push(vec![*at]),
                }
                fresh = false;
            }
        }
        for run in &finer {
            let rows: Vec<usize> = run.iter().map(|at| f.rows()[*at]).collect();
            let cells = keys.iter().enumerate().map(|(nth, key)| Cell {
                lines: run.len(),
                rows: f.names(&rows),
                ..f.cell(rows[0], *key, class(nth))
            });
            body[run[0]].cells.extend(cells);
        }
        runs = finer;
    }
    for (tr, row) in body.iter_mut().zip(f.rows()) {
        tr.cells.extend(single.iter().enumerate().map(|(nth, key)| f.cell(*row, *key, class(nth))));
    }
    body
}
