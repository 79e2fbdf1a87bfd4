// One shard of a training step: owns a slice of the features, exchanges arrays per token with the others. All sums have a fixed order,
// so results depend on the number of shards only.
import type { AdamOptions, DecoderNormMode } from '@mistudio/interp/saes'
import { constrainDecoder, projectDecoderGradient } from '@mistudio/interp/step'
import type { Way } from '../layout/layout.js'
import { AuxPass } from '../passes/aux-pass.js'
import { GatedActivations } from '../passes/gated.js'
import { GhostPass } from '../passes/ghost-pass.js'
import { JumpreluActivations } from '../passes/jumprelu.js'
import type { Pointwise } from '../passes/pointwise.js'
import { PointwisePass } from '../passes/pointwise-pass.js'
import { StandardActivations } from '../passes/standard.js'
import { TopkPass } from '../passes/topk-pass.js'
import { hasGhosts, type PointwisePlan } from '../plan/types.js'
import type { ShardContext, StepRequest } from './context.js'
import { StepTokens } from './tokens.js'
import { addNormGradients, decoderNorms, decoderRows, publishGradients, update } from './update.js'

export interface ShardOptions {
  readonly adam: AdamOptions
  readonly clipGradNorm: number
  readonly deadWindow: number
  readonly decoderNorm: DecoderNormMode
}

/** Figures of a step, the same in every shard. */
export interface ShardFigures {
  readonly losses: Readonly<Record<string, number>>
  readonly gradNorm: number
  readonly l0: number
  readonly dead: number
  readonly explainedVariance: number
  readonly explainedVarianceLegacy: number
  /** Smallest positive activation of a batch top-k; infinite without. */
  readonly smallest: number
  readonly way: Way
  readonly phases: Readonly<Record<string, number>>
}

type Pass =
  | { readonly kind: 'topk'; readonly main: TopkPass; readonly aux: AuxPass }
  | {
      readonly kind: 'pointwise'
      readonly main: PointwisePass
      readonly activations: Pointwise
      readonly ghosts: GhostPass | null
    }

export class Shard {
  /** Optimiser steps done. */
  t = 0
  readonly sinceFired: Float64Array
  readonly firedTokens: Float64Array
  private readonly tokens: StepTokens
  private readonly pass: Pass

  constructor(
    private readonly c: ShardContext,
    private readonly options: ShardOptions,
  ) {
    this.sinceFired = new Float64Array(c.layout.features)
    this.firedTokens = new Float64Array(c.layout.features)
    this.tokens = new StepTokens(c)
    this.pass = this.passOf()
  }

  /** One optimiser step on the exchanged batch. `last`: this shard finished last. */
  async step(request: StepRequest): Promise<{ figures: ShardFigures; last: boolean }> {
    const { exchange } = this.c
    this.c.clock.start()
    this.prepare()
    const dead = Uint8Array.from(this.sinceFired, (steps) => (steps > this.options.deadWindow ? 1 : 0))
    exchange.publish(
      'dead',
      dead.reduce((sum, one) => sum + one, 0),
    )
    this.tokens.take(request)
    this.c.clock.lap('input')
    const { way, fired, inputSums } = await this.gradients(request, dead)
    this.count(fired)
    const { wDec, gradient, rows } = decoderRows(this.c)
    const { adam, clipGradNorm, decoderNorm } = this.options
    projectDecoderGradient(decoderNorm, wDec, gradient, rows)
    this.tokens.publishSums()
    publishGradients(this.c, inputSums)
    exchange.barrier()
    this.c.clock.lap('norm')
    this.t++
    const gradNorm = update(this.c, adam, clipGradNorm, this.t, request.learningRate)
    constrainDecoder(decoderNorm, wDec, rows)
    this.c.clock.lap('adam')
    return { figures: this.figures(request.rows, gradNorm, way), last: exchange.finish() }
  }

  private passOf(): Pass {
    const { plan } = this.c.layout
    if (plan.kind === 'topk') {
      return {
        kind: 'topk',
        main: new TopkPass(this.c, plan, this.tokens),
        aux: new AuxPass(this.c, plan, this.tokens),
      }
    }
    const activations = activationsOf(this.c, plan)
    const ghosts = hasGhosts(plan) ? new GhostPass(this.c, this.tokens) : null
    return { kind: 'pointwise', main: new PointwisePass(this.c, this.tokens, activations), activations, ghosts }
  }

  /** What depends on the weights alone. */
  private prepare(): void {
    decoderNorms(this.c)
    const { memory, layout } = this.c
    if (layout.plan.kind !== 'jumprelu') return
    const threshold = memory.f32('threshold', layout.features)
    for (let j = 0; j < threshold.length; j++) threshold[j] = Math.max(0, threshold[j]!)
  }

  private async gradients(request: StepRequest, dead: Uint8Array) {
    const { pass } = this
    if (pass.kind === 'topk') {
      pass.aux.publishDead(dead)
      await pass.main.run(request)
      const { fired, inputSums } = pass.main
      await pass.aux.run(request, dead, inputSums)
      this.c.memory.f32('b_enc.g', inputSums.length).set(inputSums)
      return { way: 'sparse' as const, fired, inputSums }
    }
    pass.activations.begin(request.rows, request.coefficient, dead)
    const way = await pass.main.run(request)
    const { dNorms, fired, inputSums } = pass.activations.finish()
    if (dNorms) addNormGradients(this.c, dNorms)
    if (pass.ghosts) {
      await pass.ghosts.run(request, dead, inputSums)
      this.c.memory.f32('b_enc.g', inputSums.length).set(inputSums)
    }
    this.c.exchange.publish(
      'active',
      fired.reduce((sum, count) => sum + count, 0),
    )
    return { way, fired, inputSums }
  }

  private count(fired: Float64Array): void {
    for (let j = 0; j < fired.length; j++) {
      this.firedTokens[j]! += fired[j]!
      this.sinceFired[j] = fired[j]! > 0 ? 0 : this.sinceFired[j]! + 1
    }
  }

  private figures(rows: number, gradNorm: number, way: Way): ShardFigures {
    const { exchange, layout } = this.c
    const main = layout.plan.kind === 'topk' ? layout.planes - 1 : 0
    return {
      losses: this.losses(rows, main),
      gradNorm,
      way,
      phases: this.c.clock.read(),
      dead: exchange.total('dead'),
      l0: exchange.total('active') / rows,
      explainedVariance: 1 - exchange.total(`error${main}`) / exchange.total('deviation'),
      explainedVarianceLegacy: exchange.total('legacy') / rows,
      smallest: Math.min(...exchange.all('smallest')),
    }
  }

  private losses(rows: number, main: number): Record<string, number> {
    const { exchange, layout } = this.c
    const { plan } = layout
    const mse = { mse_loss: exchange.total(`error${main}`) / rows }
    const ghosts = hasGhosts(plan) ? { ghost_grad_loss: exchange.total('aux') } : {}
    if (plan.kind === 'standard') return { ...mse, l1_loss: exchange.total('sparsity'), ...ghosts }
    if (plan.kind === 'jumprelu') {
      const preAct = plan.preAct === null ? {} : { pre_act_loss: exchange.total('preAct') }
      return { ...mse, l0_loss: exchange.total('sparsity'), ...preAct, ...ghosts }
    }
    if (plan.kind === 'gated') {
      const aux = exchange.total('error1') / rows
      return { ...mse, l1_loss: exchange.total('sparsity'), auxiliary_reconstruction_loss: aux }
    }
    const inner = plan.widths
      .slice(0, -1)
      .map((width, n) => [`inner_mse_loss_${width}`, exchange.total(`error${n}`) / rows])
    return { ...mse, auxiliary_reconstruction_loss: exchange.total('aux'), ...Object.fromEntries(inner) }
  }
}

function activationsOf(c: ShardContext, plan: PointwisePlan): Pointwise {
  if (plan.kind === 'standard') return new StandardActivations(c, plan)
  return plan.kind === 'gated' ? new GatedActivations(c) : new JumpreluActivations(c, plan)
}
