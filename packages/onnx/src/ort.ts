// The Runtime interface on ONNX Runtime. The only file of the product that imports onnxruntime-node.
import * as os from 'node:os'
import ort from 'onnxruntime-node'
import { OnnxError } from './errors.js'
import type { Runtime, Session, SessionOptions } from './runtime.js'
import type { DType, Tensor } from './tensor.js'

type OrtSession = ort.InferenceSession

export interface OrtDefaults {
  /** Threads within one operator; default: the number of cores. */
  threads?: number
  /** Execution provider; default the CPU. Operators it lacks run on the CPU. */
  provider?: Provider
}

export const PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml'] as const
export type Provider = (typeof PROVIDERS)[number]

/** @throws OnnxError `provider_unknown`. */
export function parseProvider(name: string): Provider {
  const known = PROVIDERS.find((provider) => provider === name)
  if (!known)
    throw new OnnxError('provider_unknown', `There is no provider "${name}"; there are ${PROVIDERS.join(', ')}.`)
  return known
}

const DTYPES: ReadonlySet<string> = new Set<DType>(['float32', 'float16', 'int32', 'int64', 'bool', 'uint8'])
const isDType = (type: string): type is DType => DTYPES.has(type)

/**
 * Fusions that are left out because they change the last bits of a sum, so that reading or changing a value between two nodes would show:
 * a residual add of three terms fused with the norm after it is summed in another order.
 */
const INEXACT_OPTIMIZERS = 'SkipLayerNormFusion'

/**
 * How long idle threads of a session wait awake before they sleep. Every session has threads of its own; with the default they keep the
 * cores from the next session's and from other work for far longer than a run's pause (figures: 0xcc/adr/0013).
 */
const SPIN_MICROSECONDS = '100'

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function toOrt(name: string, value: Tensor): ort.Tensor {
  const { data } = value
  if (typeof SharedArrayBuffer !== 'undefined' && (data.buffer as ArrayBufferLike) instanceof SharedArrayBuffer) {
    throw new OnnxError(
      'tensor_invalid',
      `Input ${name} lies in shared memory, which ONNX Runtime refuses: copy it first.`,
    )
  }
  // The constructor refuses a type it does not know for the array; the cast only joins the overloads.
  return new ort.Tensor(value.dtype as 'float32', data as Float32Array, value.dims)
}

function fromOrt(name: string, value: ort.Tensor): Tensor {
  if (!isDType(value.type)) throw new OnnxError('run_failed', `Output ${name} has the unsupported type ${value.type}.`)
  return { dtype: value.type, dims: value.dims, data: value.data as Tensor['data'] }
}

class OrtRuntimeSession implements Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  private session: OrtSession | null

  constructor(session: OrtSession) {
    this.session = session
    this.inputNames = session.inputNames
    this.outputNames = session.outputNames
  }

  async run(
    feeds: Record<string, Tensor>,
    fetches: readonly string[] = this.outputNames,
    into: Readonly<Record<string, Tensor>> = {},
  ): Promise<Record<string, Tensor>> {
    if (!this.session) throw new OnnxError('run_failed', 'The session was released.')
    const inputs: Record<string, ort.Tensor> = {}
    for (const name of this.inputNames) {
      const value = feeds[name]
      if (!value) throw new OnnxError('run_failed', `Input ${name} is missing.`)
      inputs[name] = toOrt(name, value)
    }
    const unknown = Object.keys(feeds).find((name) => !this.inputNames.includes(name))
    if (unknown !== undefined)
      throw new OnnxError('run_failed', `The graph has no input ${unknown} (it has ${this.inputNames.join(', ')}).`)
    const targets = fetches.map((name) => [name, into[name] ? toOrt(name, into[name]) : null] as const)
    const outputs = await this.execute(this.session, inputs, Object.fromEntries(targets))
    return Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, fromOrt(name, value as ort.Tensor)]),
    )
  }

  async release(): Promise<void> {
    const session = this.session
    this.session = null
    await session?.release()
  }

  private async execute(
    session: OrtSession,
    inputs: Record<string, ort.Tensor>,
    fetches: Record<string, ort.Tensor | null>,
  ) {
    try {
      return await session.run(inputs, fetches)
    } catch (error) {
      const shapes = Object.entries(inputs).map(([name, value]) => `${name} ${value.type}[${value.dims.join(',')}]`)
      throw new OnnxError('run_failed', `ONNX Runtime failed: ${reason(error)}. Inputs: ${shapes.join('; ')}.`, {
        cause: error,
      })
    }
  }
}

/** Version of ONNX Runtime's native library, for example `1.30.0`. */
export const ortVersion = (): string => ort.env.versions.node ?? ort.env.versions.common

/**
 * A runtime on ONNX Runtime. `run` blocks the event loop for its whole length, so it belongs into a process of its own.
 * @throws OnnxError `session_failed` (from createSession) when the model is refused, with ONNX Runtime's reason.
 */
export function createOrtRuntime(defaults: OrtDefaults = {}): Runtime {
  const provider = defaults.provider ?? 'cpu'
  return {
    name: `onnxruntime-${provider}`,
    async createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
      try {
        const session = await ort.InferenceSession.create(model, {
          executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
          intraOpNumThreads: options.threads ?? defaults.threads ?? os.availableParallelism(),
          interOpNumThreads: 1,
          executionMode: 'sequential',
          // A pattern per input shape would hold the intermediate values a second time, beside the arena, and is no faster.
          enableMemPattern: false,
          graphOptimizationLevel: options.optimise === false ? 'disabled' : 'all',
          extra: {
            optimization: { disable_specified_optimizers: INEXACT_OPTIMIZERS },
            session: {
              intra_op: { spin_duration_us: SPIN_MICROSECONDS },
            },
          },
          logSeverityLevel: 3,
          externalData: [...(options.externalData ?? [])],
        })
        return new OrtRuntimeSession(session)
      } catch (error) {
        throw new OnnxError('session_failed', `ONNX Runtime refused the model: ${reason(error)}`, { cause: error })
      }
    },
  }
}
