// A chart's points as a table, for readers of screens and for exact values. Folded until asked for; rows are a sample, the CSV has all.
import { useState } from 'react'
import { DASH, formatNumber, formatValue } from '../ui/format.js'
import { align, type Series, sampleRows } from './prepare.js'

const ROWS = 50

export function ChartTable({ title, xLabel, series }: { title: string; xLabel: string; series: readonly Series[] }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="mt-2 text-xs text-muted" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit hover:text-heading">Table of {title.toLowerCase()}</summary>
      {open && <Rows title={title} xLabel={xLabel} series={series} />}
    </details>
  )
}

function Rows({ title, xLabel, series }: { title: string; xLabel: string; series: readonly Series[] }) {
  const { x, columns } = align(series)
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`Table of ${title}`}
      className="mt-2 max-h-56 overflow-auto rounded border border-line"
    >
      <table className="w-full text-right">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            {[xLabel, ...series.map((one) => one.label)].map((head) => (
              <th key={head} scope="col" className="px-3 py-1 font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="text-body">
          {sampleRows(x.length, ROWS).map((row) => (
            <tr key={x[row]}>
              <th scope="row" className="px-3 py-0.5 font-normal">
                {formatNumber(x[row])}
              </th>
              {columns.map((column, index) => (
                <td key={series[index]?.key} className="px-3 py-0.5">
                  {column[row] === undefined ? '' : column[row] === null ? DASH : formatValue(column[row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
