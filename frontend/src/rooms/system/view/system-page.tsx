// The machine and the processes of the product.

import { useEffect, useMemo, useState } from 'react'
import { TimeChart } from '../../../charts/index.js'
import { useRead } from '../../../data/index.js'
import { useLiveStatus } from '../../../live/index.js'
import { InstallationCheckCard } from '../../../shared/checks/index.js'
import {
  Card,
  cx,
  ErrorState,
  Facts,
  formatBytes,
  Page,
  Skeleton,
  Stat,
  StatRow,
  TONE_FILL,
  toast,
} from '../../../ui/index.js'
import { chartSpecs, tiles } from '../figures.js'
import { HOUR_MS, toColumns } from '../prepare.js'
import { loadHistory, useMachine } from '../store.js'
import { Health } from './health.js'
import { StoredDataCard } from './stored-data.js'
import { Workers } from './workers.js'

const RANGES = [
  { label: '5 min', ms: 300_000 },
  { label: '1 h', ms: HOUR_MS },
] as const

export function SystemPage() {
  const latest = useMachine((s) => s.latest)
  const since = useLiveStatus((s) => s.lastContact)
  const info = useRead('systemInfo')
  useEffect(() => {
    const abort = new AbortController()
    loadHistory(abort.signal).catch((error: unknown) => !abort.signal.aborted && toast.error(error))
    return () => abort.abort()
  }, [])
  return (
    <Page
      title="System"
      subtitle={
        info.data
          ? `${info.data.hostname} · ${info.data.platform} · ${info.data.cpuModel}`
          : 'The machine that does the work'
      }
    >
      <div className="space-y-6">
        {latest ? (
          <StatRow>
            {tiles(latest).map((tile) => (
              <div key={tile.label}>
                <Stat label={tile.label} value={tile.value} detail={tile.detail} />
                <div className="mt-1 h-1.5 overflow-hidden rounded-full bg-secondary" aria-hidden>
                  <div
                    className={cx('h-full', TONE_FILL[tile.tone])}
                    style={{ width: `${(tile.share ?? 0) * 100}%` }}
                  />
                </div>
              </div>
            ))}
          </StatRow>
        ) : (
          <Skeleton className="h-28" />
        )}
        <Charts />
        <InstallationCheckCard />
        <StoredDataCard />
        <div className="grid gap-5 lg:grid-cols-2">
          <Workers />
          <div className="space-y-5">
            <Health />
            <Card title="This installation">
              {info.error && !info.data ? (
                <ErrorState error={info.error} since={since} onRetry={() => void info.refetch()} />
              ) : info.data ? (
                <Facts
                  rows={[
                    ['Version', info.data.version],
                    ['Node.js', info.data.node],
                    ['CPUs', String(info.data.cpuCount)],
                    ['Memory', formatBytes(info.data.memoryTotal)],
                    [
                      'GPU',
                      info.data.gpuTool ? `read with ${info.data.gpuTool}` : 'none found; everything runs on the CPU',
                    ],
                    [
                      'Data folder',
                      <span key="data" className="font-mono text-xs">
                        {info.data.dataDir}
                      </span>,
                    ],
                    ['Free there', formatBytes(info.data.dataDirFree)],
                  ]}
                />
              ) : (
                <Skeleton />
              )}
            </Card>
          </div>
        </div>
      </div>
    </Page>
  )
}

function Charts() {
  const history = useMachine((s) => s.history)
  const latest = useMachine((s) => s.latest)
  const [range, setRange] = useState<(typeof RANGES)[number]['ms']>(300_000)
  const now = latest ? Date.parse(latest.at) : Date.now()
  const gpuNames = latest?.gpus.map((gpu) => gpu.name).join() ?? ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: which charts there are changes only with the hardware
  const specs = useMemo(() => chartSpecs(latest), [gpuNames, latest?.memoryTotal])
  return (
    <section aria-label="Load over time">
      <div className="mb-3 flex items-center justify-between gap-4">
        <h2 className="text-lg font-semibold text-heading">Load over time</h2>
        <fieldset aria-label="Range" className="flex rounded-lg border border-line p-0.5">
          {RANGES.map(({ label, ms }) => (
            <button
              key={ms}
              type="button"
              aria-pressed={range === ms}
              onClick={() => setRange(ms)}
              className={cx(
                'h-8 rounded-md px-3 text-sm',
                range === ms ? 'bg-secondary text-on-secondary' : 'text-muted hover:text-heading',
              )}
            >
              {label}
            </button>
          ))}
        </fieldset>
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        {specs.map(({ id, ...spec }) => (
          <TimeChart
            key={id}
            {...spec}
            columns={toColumns(history, spec.series, range, now)}
            rangeSeconds={range / 1000}
            now={now / 1000}
          />
        ))}
      </div>
    </section>
  )
}
