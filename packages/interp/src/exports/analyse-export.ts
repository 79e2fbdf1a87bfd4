// What graph surgery finds in an export before anything is run: sizes, the way to the logits, the sites and why others are not among them.
import { type DType, elementType, type ModelFile, type OnnxModel } from '@mistudio/onnx'
import { type AbsentSite, type CoreSpec, ModelError } from '../models/index.js'
import { readExportConfig } from './export-config.js'
import type { ExportSource, TypedSite } from './export-forward.js'
import { ExportGraph } from './export-graph.js'
import { requireFeedable, tokenInput } from './export-inputs.js'
import { type ExportSite, nameSites } from './export-sites.js'
import { openFused } from './open-fused.js'
import { findResidualStream } from './residual-stream.js'
import { findUnembedding, type Unembedding } from './unembedding.js'
import { valueType } from './value-type.js'

/** Operators with axes as inputs, which the added nodes use, exist from here on. */
const OLDEST_OPSET = 13

export interface ExportAnalysis {
  readonly spec: CoreSpec
  readonly source: ExportSource
  readonly absent: readonly AbsentSite[]
  readonly unembedding: Unembedding
  /** Operators of com.microsoft that were opened to reach the sums in them, and how many of each. */
  readonly opened: ReadonlyMap<string, number>
}

/** The output with the logits: the one called so, or the only one that is not a cache. */
function logitsOutput({ outputs }: OnnxModel): { name: string; elementType: number } {
  const rest = outputs.filter(({ name }) => !/^present/.test(name))
  const found = outputs.find(({ name }) => name === 'logits') ?? (rest.length === 1 ? rest[0] : undefined)
  if (found) return found
  const names = outputs.map(({ name }) => name).join(', ')
  throw new ModelError('model_unsupported', `The export has no output of logits; it has ${names}.`)
}

const FLOATS: readonly (DType & ('float32' | 'float16'))[] = ['float32', 'float16']
const floatOf = (type: number | null) => FLOATS.find((dtype) => elementType(dtype) === type)
/** Names of types that exports have and that are not computed with here. */
const OTHER_TYPES: Readonly<Record<number, string>> = { 11: 'float64', 16: 'bfloat16' }
const typeName = (type: number | null): string => OTHER_TYPES[type ?? 0] ?? `ONNX type ${type ?? 'unknown'}`

function requireFloat(what: string, type: number | null): 'float32' | 'float16' {
  const found = floatOf(type)
  if (found) return found
  throw new ModelError(
    'model_unsupported',
    `${what} of the export are ${typeName(type)}; float32 and float16 can be read and changed. Export it as one of these.`,
  )
}

/** Sites with their types; those that are no floats go to `absent`. */
function typed(graph: ExportGraph, sites: readonly ExportSite[], absent: AbsentSite[]): TypedSite[] {
  return sites.flatMap((site) => {
    const type = valueType(graph, site.value)
    const dtype = floatOf(type)
    if (dtype) return [{ ...site, dtype }]
    absent.push({ name: site.name, reason: `The value found in the graph is ${typeName(type)}, which is not read.` })
    return []
  })
}

function requireOpset({ opsets }: OnnxModel): void {
  const opset = opsets.get('') ?? 0
  if (opset >= OLDEST_OPSET) return
  const wanted = `operator set ${OLDEST_OPSET} or newer`
  const message = `The export uses operator set ${opset}; ${wanted} is needed. Export it again.`
  throw new ModelError('model_unsupported', message)
}

/**
 * Finds the sites of an export. `config`: content of config.json.
 * @throws ModelError `model_unsupported` saying what was not found, `model_invalid` for a config without the sizes.
 */
export function analyseExport(file: Pick<ModelFile, 'model'>, config: unknown): ExportAnalysis {
  const spec = readExportConfig(config)
  requireOpset(file.model)
  requireFeedable(file.model)
  const tokens = tokenInput(file.model).name
  const { model, opened } = openFused(file.model, tokens)
  const logits = logitsOutput(model)
  const graph = new ExportGraph(model, tokens)
  const stream = findResidualStream(graph, logits.name)
  for (const value of [stream.start, ...stream.steps.map(({ after }) => after)]) {
    requireFloat('The values of the residual stream', valueType(graph, value))
  }
  const found = nameSites(graph, stream, spec.dModel, spec.layers)
  const absent = [...found.absent]
  const sites = typed(graph, found.sites, absent)
  const logitsType = requireFloat('The logits', logits.elementType)
  return {
    spec,
    source: { model, sites, logits: { name: logits.name, dtype: logitsType }, tokens },
    absent,
    unembedding: findUnembedding(graph, stream),
    opened,
  }
}
