// Statistics and histogram of one tensor.
import type { ModelTensor, NormQuantiles } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Histogram } from '../../../charts/index.js'
import { useLiveStatus } from '../../../live/index.js'
import { Card, ErrorState, Facts, formatBytes, formatNumber, Notice, ProgressBar } from '../../../ui/index.js'
import { useModelTensor } from '../api.js'
import { NORM_COLUMNS, shapeText, statisticFacts } from '../tensors.js'

export function TensorDetail({ modelId, tensor }: { modelId: string; tensor: ModelTensor }) {
  const found = useModelTensor(modelId, tensor.name)
  const since = useLiveStatus((s) => s.lastContact)
  return (
    <Card
      title={<span className="font-mono text-sm wrap-anywhere">{tensor.name}</span>}
      description={`${shapeText(tensor)} · ${tensor.dtype}${tensor.layer === null ? '' : ` · layer ${tensor.layer}`}`}
    >
      {found.error ? (
        <ErrorState error={found.error} since={since} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <div className="space-y-2">
          <ProgressBar fraction={null} tone="purple" label="Reading the tensor" />
          <p className="text-xs text-muted">Reading {formatBytes(tensor.bytes)} from the file.</p>
        </div>
      ) : (
        <div className="space-y-4">
          {found.data.notFinite > 0 && (
            <Notice
              tone="red"
              icon={TriangleAlert}
              title={`${formatNumber(found.data.notFinite)} values are not finite`}
            >
              They are left out of everything below.
            </Notice>
          )}
          {found.data.histogram && (
            <Histogram {...found.data.histogram} xLabel="value" yLabel="values" color="--series-purple" height={200} />
          )}
          <Facts rows={statisticFacts(found.data)} />
          {found.data.rows && found.data.columns && <LineNorms rows={found.data.rows} columns={found.data.columns} />}
        </div>
      )}
    </Card>
  )
}

/** L2 norms of the rows and columns of a matrix as it is stored. */
function LineNorms({ rows, columns }: { rows: NormQuantiles; columns: NormQuantiles }) {
  return (
    <table className="w-full text-xs">
      <caption className="mb-1 text-left text-muted">Norms of rows and columns, as stored</caption>
      <thead>
        <tr className="text-muted">
          <td />
          {NORM_COLUMNS.map(([label]) => (
            <th key={label} scope="col" className="py-1 text-right font-normal">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[['rows', rows] as const, ['columns', columns] as const].map(([label, norms]) => (
          <tr key={label} className="border-t border-line text-heading tabular-nums">
            <th scope="row" className="py-1.5 text-left font-normal text-muted">
              {formatNumber(norms.count)} {label}
            </th>
            {NORM_COLUMNS.map(([name, of]) => (
              <td key={name} className="text-right">
                {Number(of(norms).toPrecision(3))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
