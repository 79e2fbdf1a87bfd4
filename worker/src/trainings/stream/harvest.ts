// Harvesting: activations of whole contexts at one or more sites, a few contexts per forward pass.
import { setImmediate } from 'node:timers/promises'
import type { TokenReader } from '@mistudio/formats'
import type { RunnableModel } from '@mistudio/interp/models'
import { withModelErrors } from '../../models/errors.js'
import { contextsPerPass } from '../../models/passes.js'

/** Token ids [contexts · contextSize] of contexts in any order. */
export function readContexts(tokens: TokenReader, contexts: ArrayLike<number>): Int32Array {
  const size = tokens.contextSize
  const out = new Int32Array(contexts.length * size)
  for (let i = 0; i < contexts.length; i++) out.set(tokens.read(contexts[i]!, 1), i * size)
  return out
}

/** Documents of the same tokens, [contexts · contextSize]: numbers that are the same within a document. */
export function readDocuments(tokens: TokenReader, contexts: ArrayLike<number>): Int32Array {
  const size = tokens.contextSize
  const out = new Int32Array(contexts.length * size)
  for (let i = 0; i < contexts.length; i++) out.set(tokens.documents(contexts[i]!), i * size)
  return out
}

/** Activations of tokens at several sites: [tokens, width of the site] by name of the site. */
export type SiteActivations = ReadonlyMap<string, Float32Array>

/** Where the activations of a training come from. */
export interface ActivationSource {
  /** Contexts to train on are 0 to `contexts` - 1 of the token store. */
  readonly contexts: number
  /** Tokens read and seconds spent, for the rate. */
  readonly tokens: number
  readonly seconds: number
  /** Activations [contexts · contextSize, width] of whole contexts at each site, in their order. */
  harvest(contexts: Uint32Array): Promise<SiteActivations>
}

/** Forward passes of the model. */
export class Harvester implements ActivationSource {
  tokens = 0
  seconds = 0

  constructor(
    private readonly model: RunnableModel,
    private readonly reader: TokenReader,
    /** Sites and their widths; all of them come from one forward pass. */
    private readonly widths: ReadonlyMap<string, number>,
    /** Called between forward passes; throws to end the harvest. */
    private readonly check: () => void,
  ) {}

  get contexts(): number {
    return this.reader.trainContexts
  }

  async harvest(contexts: Uint32Array): Promise<SiteActivations> {
    const size = this.reader.contextSize
    const capture = [...this.widths.keys()]
    const out = new Map(
      [...this.widths].map(([site, width]) => [site, new Float32Array(contexts.length * size * width)]),
    )
    const step = contextsPerPass(size)
    for (let first = 0; first < contexts.length; first += step) {
      this.check()
      const began = performance.now()
      const part = contexts.subarray(first, first + step)
      const batch = { tokens: readContexts(this.reader, part), batch: part.length, seq: size }
      const { captured } = await withModelErrors(() => this.model.forward(batch, { capture }))
      for (const [site, width] of this.widths) out.get(site)!.set(captured[site]!, first * size * width)
      this.tokens += part.length * size
      this.seconds += (performance.now() - began) / 1000
      // Lets messages of the supervisor in: forward passes block the event loop.
      await setImmediate()
    }
    return out
  }
}
