// What was found in a model folder, before it is added.
import type { ModelInspection } from '@mistudio/contracts'
import { formatBytes, formatCount, formatNumber, Stat, StatRow } from '../../../ui/index.js'
import { Warnings } from './warnings.js'

export function InspectionView({ inspection }: { inspection: ModelInspection }) {
  const { spec, sites, tokenizer, warnings } = inspection
  return (
    <div className="space-y-3">
      <StatRow>
        <Stat
          label="Architecture"
          value={spec.format === 'onnx' ? `${spec.architecture} (ONNX export)` : spec.architecture}
          detail={`${spec.layers} layers, width ${formatNumber(spec.dModel)}`}
        />
        <Stat label="Parameters" value={formatCount(spec.parameters)} detail={`stored as ${spec.storedDtype}`} />
        <Stat label="Memory" value={formatBytes(spec.memory.weights)} detail="weights at float32" />
        <Stat label="Sites" value={sites.length} detail="places to read and steer" />
        <Stat label="Tokenizer" value={formatCount(tokenizer.vocabSize)} detail={tokenizer.kind} />
      </StatRow>
      <Warnings warnings={warnings} />
    </div>
  )
}
