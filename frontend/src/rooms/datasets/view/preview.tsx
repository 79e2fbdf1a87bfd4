// The beginning of a file as it will be read, and the choices of the import.
import type { DatasetPreview } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import {
  cx,
  Field,
  formatBytes,
  formatNumber,
  Input,
  Notice,
  plural,
  Select,
  Table,
  Td,
  Th,
  Tr,
} from '../../../ui/index.js'
import type { ImportForm } from '../prepare.js'

const cell = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)

export function PreviewTable({ preview, textColumn }: { preview: DatasetPreview; textColumn: string | null }) {
  const { columns, rows, problems } = preview
  return (
    <div className="space-y-3">
      <p className="text-sm text-body">
        <span className="font-medium text-heading">{preview.fileName}</span> · {preview.format.toUpperCase()}
        {preview.compressed && ', compressed'} · {formatBytes(preview.size)} · first {plural(rows.length, 'row')}
        {preview.columnsInFile > columns.length &&
          `, ${columns.length} of ${formatNumber(preview.columnsInFile)} columns`}
        :
      </p>
      <Table label="First rows">
        <thead className="sticky top-0 bg-modal">
          <tr>
            {columns.map((column) => (
              <Th key={column.name} className={column.name === textColumn ? 'text-tone-emerald' : ''}>
                {column.name} <span className="font-normal">({column.type})</span>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name than their place
            <Tr key={index}>
              {columns.map((column) => (
                <Td
                  key={column.name}
                  className={cx('max-w-md truncate', column.name === textColumn && 'text-heading')}
                  title={cell(row[column.name]).slice(0, 500)}
                >
                  {cell(row[column.name]).slice(0, 300)}
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
      {problems.length > 0 && (
        <Notice
          tone="amber"
          icon={TriangleAlert}
          title={`${plural(problems.length, 'line')} of the previewed part cannot be read`}
        >
          <ul className="mt-1 space-y-0.5">
            {problems.map((problem) => (
              <li key={problem.line}>
                Line {problem.line}: {problem.reason}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  )
}

interface RecordsInProps {
  choices: { value: string; label: string }[]
  value: string | null
  onChange(recordsIn: string): void
}

/** Which array of a JSON file is the dataset; nothing where there is no choice. */
export function RecordsIn({ choices, value, onChange }: RecordsInProps) {
  if (choices.length === 0) return null
  return (
    <Field label="Records are in" hint="A JSON file may hold several arrays; one of them is the dataset.">
      <Select
        value={value ?? ''}
        onChange={onChange}
        placeholder="Choose the array with the records"
        options={choices}
      />
    </Field>
  )
}

interface ImportFieldsProps {
  preview: DatasetPreview
  form: ImportForm
  onChange(form: ImportForm): void
}

export function ImportFields({ preview, form, onChange }: ImportFieldsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Name" required>
        <Input
          value={form.name}
          maxLength={120}
          onChange={(event) => onChange({ ...form, name: event.target.value })}
        />
      </Field>
      {preview.format === 'txt' ? (
        <Field
          label="One document is"
          help="How the text file is cut. Activations never mix two documents of the held-out part with the rest."
        >
          <Select
            value={form.txtMode}
            onChange={(txtMode) => onChange({ ...form, txtMode })}
            options={[
              { value: 'lines', label: 'each line' },
              { value: 'paragraphs', label: 'each paragraph (blank line between)' },
              { value: 'whole', label: 'the whole file' },
            ]}
          />
        </Field>
      ) : (
        <Field label="Text column" required>
          <Select
            value={form.textColumn ?? ''}
            onChange={(textColumn) => onChange({ ...form, textColumn })}
            placeholder="Choose the column with the text"
            options={preview.columns.map((column) => ({
              value: column.name,
              label: `${column.name} (${column.type})`,
            }))}
          />
        </Field>
      )}
      <Field label="Lines that cannot be read">
        <Select
          value={form.onBadRecord}
          onChange={(onBadRecord) => onChange({ ...form, onBadRecord })}
          options={[
            { value: 'fail', label: 'stop and tell the line' },
            { value: 'skip', label: 'leave out and count' },
          ]}
        />
      </Field>
    </div>
  )
}
