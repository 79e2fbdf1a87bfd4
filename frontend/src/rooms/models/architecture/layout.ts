// Where everything of one block stands in its drawing: the residual stream on the left, attention and MLP as branches to the right and back.
// Pixels; pure.
import type { ModelBlock, ModelNorm } from '@mistudio/contracts'
import { attentionLines, mlpLines, normLine, normName } from './describe.js'

export interface Box {
  readonly kind: 'norm' | 'attention' | 'mlp'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly lines: readonly string[]
}

/** A place that is a site; `site` without the `blocks.L.` before it. */
export interface Dot {
  readonly site: string
  readonly x: number
  readonly y: number
  readonly label: string
  readonly side: 'right' | 'below'
}

export interface Line {
  readonly points: readonly (readonly [x: number, y: number])[]
  /** The residual stream is drawn stronger. */
  readonly stream: boolean
}

export interface BlockLayout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly Box[]
  readonly dots: readonly Dot[]
  readonly lines: readonly Line[]
  /** Where something is added to the stream. */
  readonly sums: readonly (readonly [x: number, y: number])[]
}

export const BLOCK_WIDTH = 900
const STREAM = 30
const NORM = { x: 112, width: 118, height: 52 }
const CORE = { x: 268, width: 392 }
const POST = { x: 690, width: 112, height: 52 }
const OUT = 832
/** Between the stream's dot and a branch, between a branch and its return, between a sum and what follows. */
const GAP = { top: 26, back: 30, after: 30 }
const LINE_HEIGHT = 18

interface Sublayer {
  readonly kind: 'attention' | 'mlp'
  readonly title: string
  readonly lines: readonly string[]
  readonly inner: readonly (readonly [site: string, label: string])[]
  readonly norm: ModelNorm | null
  readonly normName: string
  readonly post: ModelNorm | null
  readonly out: string
}

const shortName = (site: string): string => site.replace('hook_', '')
const coreHeight = ({ lines }: Sublayer): number => 34 + lines.length * LINE_HEIGHT + 46

/** Collects the drawing from top to bottom. */
class Drawing {
  readonly boxes: Box[] = []
  readonly dots: Dot[] = []
  readonly lines: Line[] = []
  readonly sums: [number, number][] = []

  line(...points: [number, number][]): void {
    this.lines.push({ points, stream: false })
  }

  private norm(at: { x: number; width: number; height: number }, middle: number, norm: ModelNorm, name: string): void {
    const { x, width, height } = at
    const y = middle - height / 2
    this.boxes.push({ kind: 'norm', x, y, width, height, title: normName(norm), lines: [normLine(norm)] })
    for (const [i, kind] of ['scale', 'normalized'].entries()) {
      const place = { x: x + width * (i === 0 ? 0.22 : 0.72), y: y + height }
      this.dots.push({ site: `${name}.hook_${kind}`, ...place, label: kind, side: 'below' })
    }
  }

  /** Boxes of a branch with the line through them; `from` is where the line starts. Returns the middle. */
  branch(sublayer: Sublayer, top: number, from: readonly [number, number], down: number): number {
    const height = coreHeight(sublayer)
    const middle = top + height / 2
    const end: [number, number][] = [
      [OUT, middle],
      [OUT, down],
    ]
    this.line([from[0], from[1]], ...(from[1] === middle ? [] : ([[from[0], middle]] as [number, number][])), ...end)
    if (sublayer.norm) this.norm(NORM, middle, sublayer.norm, sublayer.normName)
    const { kind, title, lines, inner } = sublayer
    this.boxes.push({ kind, x: CORE.x, y: top, width: CORE.width, height, title, lines })
    const step = CORE.width / inner.length
    for (const [i, [site, label]] of inner.entries()) {
      this.dots.push({ site, label, x: CORE.x + step * (i + 0.5), y: top + height - 36, side: 'below' })
    }
    if (sublayer.post) this.norm(POST, middle, sublayer.post, `${sublayer.normName}_post`)
    this.dots.push({ x: OUT, y: middle + 30, side: 'right', site: sublayer.out, label: shortName(sublayer.out) })
    return middle
  }

  stream(site: string, y: number): void {
    this.dots.push({ site, x: STREAM, y, label: shortName(site), side: 'right' })
  }

  /** The way back to the stream, where it is added. */
  back(y: number): void {
    this.line([OUT, y], [STREAM, y])
    this.sums.push([STREAM, y])
  }
}

function sublayers({ attention, mlp, ln1, ln2, ln1Post, ln2Post }: ModelBlock): [Sublayer, Sublayer] {
  const q = ['q', 'k', 'v', 'pattern', 'z', 'result'].map((name) => [`attn.hook_${name}`, name] as const)
  const pre = mlp.gated ? ['pre', 'pre_linear', 'post'] : ['pre', 'post']
  return [
    {
      kind: 'attention',
      title: 'Attention',
      lines: attentionLines(attention),
      inner: q,
      norm: ln1,
      normName: 'ln1',
      post: ln1Post,
      out: 'hook_attn_out',
    },
    {
      kind: 'mlp',
      title: 'MLP',
      lines: mlpLines(mlp),
      inner: pre.map((name) => [`mlp.hook_${name}`, name]),
      norm: ln2 === 'shared' ? null : ln2,
      normName: 'ln2',
      post: ln2Post,
      out: 'hook_mlp_out',
    },
  ]
}

function serial(drawing: Drawing, [attention, mlp]: [Sublayer, Sublayer]): number {
  let y = 18
  for (const [i, sublayer] of [attention, mlp].entries()) {
    drawing.stream(i === 0 ? 'hook_resid_pre' : 'hook_resid_mid', y)
    const top = y + GAP.top
    const height = coreHeight(sublayer)
    const down = top + height + GAP.back
    drawing.branch(sublayer, top, [STREAM, top + height / 2], down)
    drawing.back(down)
    y = down + GAP.after
  }
  return y
}

/** Both branches leave before anything is added; what they give is added together. */
function parallel(drawing: Drawing, [attention, mlp]: [Sublayer, Sublayer], shared: boolean): number {
  drawing.stream('hook_resid_pre', 18)
  const first = 18 + GAP.top
  const second = first + coreHeight(attention) + GAP.back
  const down = second + coreHeight(mlp) + GAP.back
  const middle = first + coreHeight(attention) / 2
  drawing.branch(attention, first, [STREAM, middle], down)
  const afterNorm: [number, number] = [NORM.x + NORM.width + 22, middle]
  drawing.branch(mlp, second, shared ? afterNorm : [STREAM, second + coreHeight(mlp) / 2], down)
  drawing.back(down)
  return down + GAP.after
}

/** The drawing of a block. Sites that a model lacks are left out by whoever draws. */
export function layoutBlock(block: ModelBlock): BlockLayout {
  const drawing = new Drawing()
  const parts = sublayers(block)
  const end = block.parallel ? parallel(drawing, parts, block.ln2 === 'shared') : serial(drawing, parts)
  drawing.stream('hook_resid_post', end)
  const { boxes, dots, sums } = drawing
  const stream: Line = {
    points: [
      [STREAM, 0],
      [STREAM, end + 18],
    ],
    stream: true,
  }
  return { width: BLOCK_WIDTH, height: end + 18, boxes, dots, sums, lines: [stream, ...drawing.lines] }
}
