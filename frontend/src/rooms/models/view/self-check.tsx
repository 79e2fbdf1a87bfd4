// What the run on a sample text at registration measured.
import type { SelfCheck } from '@mistudio/contracts'
import CircleCheck from 'lucide-react/icons/circle-check'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Card, formatDuration, formatValue, Notice, plural, Stat, StatRow } from '../../../ui/index.js'
import { judgeSelfCheck } from '../prepare.js'

export function SelfCheckCard({ check }: { check: SelfCheck }) {
  const verdict = judgeSelfCheck(check)
  return (
    <Card
      title="Self-check"
      description={`Next-token loss on ${plural(check.tokens, 'token')} of bundled text; all checks took ${formatDuration(check.milliseconds / 1000)}`}
    >
      <StatRow>
        <Stat
          label="Loss"
          value={formatValue(check.lossNats)}
          detail="nats per token"
          tone={verdict.good ? 'emerald' : 'amber'}
        />
        <Stat label="Uniform guessing" value={formatValue(check.uniformLossNats)} detail="ln(vocabulary), nats" />
        <Stat
          label="Values"
          value={check.finite ? 'finite' : 'not finite'}
          {...(check.finite ? {} : { tone: 'red' as const })}
        />
      </StatRow>
      <Notice
        tone={verdict.good ? 'emerald' : 'amber'}
        icon={verdict.good ? CircleCheck : TriangleAlert}
        className="mt-4"
      >
        {verdict.text}
      </Notice>
    </Card>
  )
}
