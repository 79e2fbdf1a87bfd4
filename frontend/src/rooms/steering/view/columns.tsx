// One text of a steering experiment: while it is written, and when it is done with figures and marks.
import type { Completion } from '@mistudio/contracts'
import { WrittenTokens } from '../../../shared/prompt/written-tokens.js'
import { activationText } from '../../../tokens/index.js'
import { CopyButton, formatValue, Tooltip } from '../../../ui/index.js'
import { FINISH, markChanged, probabilityColors } from '../prepare.js'
import type { StreamedRow } from '../stream.js'
import { sharedTint } from '../tint.js'
import type { Mark } from './results.js'

const TEXT = 'font-mono text-[13px] leading-6 whitespace-pre-wrap wrap-anywhere'

function Column({
  title,
  copy,
  children,
  foot,
}: {
  title: string
  copy?: string
  children: React.ReactNode
  foot?: React.ReactNode
}) {
  return (
    <article aria-label={title} className="flex min-w-0 flex-col rounded-lg border border-line bg-card">
      <header className="flex min-h-11 items-center justify-between gap-2 border-b border-line px-4">
        <h3 className="min-w-0 truncate text-sm font-medium text-heading" title={title}>
          {title}
        </h3>
        {copy !== undefined && <CopyButton text={copy} label={`Copy the text: ${title}`} iconOnly />}
      </header>
      <div className="min-h-28 flex-1 px-4 py-3">{children}</div>
      {foot && (
        <footer className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-4 py-2 text-xs text-body tabular-nums">
          {foot}
        </footer>
      )}
    </article>
  )
}

export function StreamedColumn({
  title,
  prompt,
  row,
  waiting,
}: {
  title: string
  prompt: string
  row: StreamedRow | undefined
  waiting: boolean
}) {
  return (
    <Column title={title}>
      <p className={TEXT} aria-busy={waiting && !row?.done}>
        <span className="text-muted">{prompt}</span>
        <span className="text-heading">{row?.text}</span>
        {waiting && !row?.done && (
          <span className="ml-px inline-block h-4 w-1.5 animate-pulse bg-emerald-500 align-text-bottom" aria-hidden />
        )}
      </p>
    </Column>
  )
}

interface DoneProps {
  title: string
  completion: Completion
  all: readonly Completion[]
  mark: Mark
}

export function DoneColumn({ title, completion, all, mark }: DoneProps) {
  return (
    <Column title={title} copy={completion.text} foot={<Figures completion={completion} />}>
      {mark.startsWith('feature-') ? (
        <TintedTokens completion={completion} all={all} feature={Number(mark.slice(8))} />
      ) : mark === 'probability' || mark === 'none' ? (
        <WrittenTokens
          completion={completion}
          {...(mark === 'probability' ? { colors: probabilityColors(completion) } : {})}
        />
      ) : (
        <p className={TEXT}>
          <span className="text-muted">{promptOf(completion)}</span>
          <Words
            completion={completion}
            base={mark === 'words' ? all.find((one) => one.variant === null) : undefined}
          />
        </p>
      )}
    </Column>
  )
}

const join = (completion: Completion, from: number, to?: number): string =>
  completion.tokens
    .slice(from, to)
    .map((token) => token.text)
    .join('')
const promptOf = (completion: Completion): string => join(completion, 0, completion.promptTokens)
const writtenOf = (completion: Completion): string => completion.text

function TintedTokens({
  completion,
  all,
  feature,
}: {
  completion: Completion
  all: readonly Completion[]
  feature: number
}) {
  const tinted = sharedTint(completion, all, feature)
  return (
    <WrittenTokens
      completion={completion}
      colors={tinted.map(({ alpha }) => (alpha > 0 ? `rgb(16 185 129 / ${alpha.toFixed(3)})` : undefined))}
      note={(index) => `activation of #${feature} ${activationText(tinted[index]?.value ?? 0)}`}
    />
  )
}

function Words({ completion, base }: { completion: Completion; base: Completion | undefined }) {
  const text = writtenOf(completion)
  if (!base || base === completion) return <span className="text-heading">{text}</span>
  return markChanged(writtenOf(base), text).map((word, index) =>
    word.changed ? (
      <mark
        // biome-ignore lint/suspicious/noArrayIndexKey: words of a finished text never change place
        key={index}
        className="rounded-[3px] bg-tone-amber/20 text-heading underline decoration-tone-amber decoration-2 underline-offset-3"
      >
        {word.text}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: words of a finished text never change place
      <span key={index} className="text-heading">
        {word.text}
      </span>
    ),
  )
}

function Figures({ completion }: { completion: Completion }) {
  return (
    <>
      <Tooltip text="exp of the mean negative log-likelihood of this text under the unsteered model. Higher: the model would rarely write it by itself.">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its definition must be readable by keyboard */}
        <span tabIndex={0}>
          perplexity {completion.perplexity === null ? 'not measured' : formatValue(completion.perplexity)}
        </span>
      </Tooltip>
      {completion.variant !== null && (
        <Tooltip text="Mean over the written positions of KL(steered ‖ unsteered), in nats: how far steering moved the next-token distribution.">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its definition must be readable by keyboard */}
          <span tabIndex={0}>KL {completion.kl === null ? 'not measured' : `${formatValue(completion.kl)} nats`}</span>
        </Tooltip>
      )}
      <span>{completion.tokens.length - completion.promptTokens} tokens</span>
      <span>{formatValue(completion.tokensPerSecond)} tokens/s</span>
      <span className="text-muted">{FINISH[completion.finish]}</span>
    </>
  )
}
