// From a request to a changed graph of an export: interventions between a value and those who read it, captures and losses as new outputs.
// The interventions are those of the models that are built here (intervention-graph.ts); only the place they are put in differs.
import { type DType, ModelEditor, type OnnxModel, type Value } from '@mistudio/onnx'
import { type GraphRequest, LAST_POSITION } from '../models/graphs/forward-graph.js'
import { applySlot, type DeclareInput } from '../models/graphs/intervention-graph.js'
import { findSite } from '../models/index.js'
import type { ExportSite } from './export-sites.js'

/** Types of values that are read and changed: float16 as float32, which holds each of its values exactly. */
type FloatType = 'float32' | 'float16'

/** A site and the type that its value has in the graph. */
export interface TypedSite extends ExportSite {
  readonly dtype: FloatType
}

/** What the graph of a request is made from. */
export interface ExportSource {
  readonly model: OnnxModel
  readonly sites: readonly TypedSite[]
  readonly logits: { readonly name: string; readonly dtype: FloatType }
  /** Name of the token ids' input. */
  readonly tokens: string
}

/** Name of the output with a captured site, the logits or the losses. */
export const resultName = (what: string): string => `result/${what}`

const widened = (editor: ModelEditor, value: Value, dtype: DType): Value =>
  dtype === 'float32' ? value : editor.cast(value, 'float32')

/** Puts the interventions into the graph. Returns the value at every intervened site after its interventions, in float32. */
function intervene(editor: ModelEditor, source: ExportSource, request: GraphRequest): Map<string, Value> {
  const { sites } = source
  const inputs = new Map<string, Value>()
  const declare: DeclareInput = (name, dtype, shape) => {
    const known = inputs.get(name) ?? editor.input(name, dtype, shape)
    inputs.set(name, known)
    return known
  }
  const changed = new Map<string, Value>()
  // In the order of the forward pass: where two sites are one value, the later one sees what the earlier one did.
  for (const site of sites) {
    const slots = [...request.interventions.entries()].filter(([, slot]) => slot.site === site.name)
    if (slots.length === 0) continue
    let value = (): Value => widened(editor, editor.current(site.value), site.dtype)
    for (const [index, slot] of slots) {
      const before = value
      value = () => applySlot(editor, site, slot, index, declare, before)
    }
    const after = value()
    changed.set(site.name, after)
    editor.replace(site.value, site.dtype === 'float32' ? after : editor.cast(after, site.dtype))
  }
  return changed
}

/** The value at a site: after its own interventions, not after those of a later site that is the same value. */
function siteValue(editor: ModelEditor, source: ExportSource, changed: Map<string, Value>, name: string): Value {
  const site = findSite(source.sites, name) as TypedSite
  const same = source.sites.filter(({ value }) => value === site.value)
  const upTo = same.slice(0, same.indexOf(site) + 1).reverse()
  const last = upTo.map((other) => changed.get(other.name)).find(Boolean)
  return last ?? widened(editor, editor.existing(site.value), site.dtype)
}

/** -log p(token t+1 | tokens to t), [batch, seq - 1], from logits [batch, seq, vocab]. */
function nextTokenLoss(editor: ModelEditor, logits: Value, tokens: Value): Value {
  const logProbabilities = editor.logSoftmax(editor.slice(logits, [0], [-1], [1]))
  const targets = editor.slice(editor.cast(tokens, 'int64'), [1], [Number.MAX_SAFE_INTEGER], [1])
  return editor.neg(editor.squeeze(editor.gatherElements(logProbabilities, editor.unsqueeze(targets, [2]), 2), [2]))
}

/**
 * The graph of a request as ModelProto bytes. Nodes that no asked output needs are left out, so a capture stops at its site.
 * @throws ModelError `site_unknown`; OnnxError `graph_invalid` for a value that cannot be changed.
 */
export function buildExportForward(source: ExportSource, request: GraphRequest): Uint8Array {
  const editor = new ModelEditor(source.model)
  for (const { site } of request.interventions) findSite(source.sites, site)
  const changed = intervene(editor, source, request)
  const give = (name: string, value: Value, shape: readonly (number | string)[]): void =>
    editor.output(value, 'float32', shape, resultName(name))
  for (const name of request.capture) {
    // Rank and sizes are what the model gives; they are checked once, when the model is loaded.
    give(name, siteValue(editor, source, changed, name), ['site_batch', 'site_seq', 'site_width'])
  }
  const logits = (): Value => widened(editor, editor.existing(source.logits.name), source.logits.dtype)
  if (request.logits === 'all') give('logits', logits(), ['logits_batch', 'logits_seq', 'logits_vocab'])
  if (request.logits === 'last') {
    const position = editor.input(LAST_POSITION, 'int64', ['last_batch', 1])
    give('logits', editor.op('GatherND', [logits(), position], { batch_dims: 1 }), ['logits_batch', 'logits_vocab'])
  }
  if (request.nll) {
    give('nll', nextTokenLoss(editor, logits(), editor.existing(source.tokens)), ['nll_batch', 'nll_seq'])
  }
  return editor.build()
}
