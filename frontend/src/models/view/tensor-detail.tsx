// Statistics and histogram of one tensor.
import type { ModelTensor } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Histogram } from '../../charts/index.js'
import { useLiveStatus } from '../../live/index.js'
import { Card, ErrorState, Facts, formatBytes, formatNumber, Notice, ProgressBar } from '../../ui/index.js'
import { useModelTensor } from '../api.js'
import { shapeText, statisticFacts } from '../tensors.js'

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
          {found.data.rows && (
            <p className="text-xs text-muted">
              Norms of rows and columns of the matrix as stored: least · median · 95th percentile · greatest.
            </p>
          )}
        </div>
      )}
    </Card>
  )
}
