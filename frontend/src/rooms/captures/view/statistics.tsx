// Statistics per site: a table, and the dimensions that stand out.
import type { SiteStatistics } from '@mistudio/contracts'
import { Card, formatNumber, formatValue, Table, Td, Th, Tr } from '../../../ui/index.js'
import { shortSite } from '../prepare.js'

const HEADS = ['Width', 'Mean', 'Std', 'Kurtosis', 'Norm mean', 'p5', 'p50', 'p95', 'p99', 'At position 0', 'Elsewhere']

export function Statistics({ statistics }: { statistics: readonly SiteStatistics[] }) {
  const largest = Math.max(...statistics.map(({ norm }) => norm.mean))
  return (
    <>
      <Card
        title="Statistics per site"
        description={`Of the stored values of ${formatNumber(statistics[0]?.tokens)} tokens. Percentiles of the token norm are exact; the last two columns are its means by position.`}
      >
        <Table label="Statistics per site">
          <thead>
            <tr>
              <Th>Site</Th>
              {HEADS.map((head) => (
                <Th key={head} number>
                  {head}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {statistics.map(({ site, norm, ...one }) => (
              <Tr key={site}>
                <Td title={site}>{shortSite(site)}</Td>
                <Td number>{formatNumber(one.width)}</Td>
                {[
                  ...[one.mean, one.std, one.kurtosis, norm.mean, norm.p5, norm.p50, norm.p95, norm.p99],
                  ...[one.firstPosition.mean, one.otherPositions.mean],
                ].map((value, i) => (
                  <Td key={HEADS[i + 1]} number>
                    {formatValue(value)}
                  </Td>
                ))}
              </Tr>
            ))}
          </tbody>
        </Table>
        <div className="mt-4 space-y-1" role="img" aria-label="Mean token norm per site; the figures are in the table">
          {statistics.map(({ site, norm }) => (
            <div key={site} className="flex items-center gap-3 text-xs text-muted">
              <span className="w-40 truncate">{shortSite(site)}</span>
              <span className="h-3 rounded bg-emerald-600" style={{ width: `${(norm.mean / largest) * 60}%` }} />
              <span className="tabular-nums">{formatValue(norm.mean)}</span>
            </div>
          ))}
        </div>
      </Card>
      <Card title="Outlier dimensions" description="RMS above 6 × the median RMS of the site's dimensions.">
        <ul className="space-y-2 text-sm text-body">
          {statistics.map(({ site, outliers, tokens, width }) => (
            <li key={site}>
              <span className="font-medium text-heading">{shortSite(site)}</span>: {outliers.count} of{' '}
              {formatNumber(width)} dimensions, over {formatNumber(tokens)} tokens. Strongest:{' '}
              {outliers.top
                .slice(0, 5)
                .map(
                  ({ dimension, ratio, mean, std }) =>
                    `${dimension} (×${formatValue(ratio)}, mean ${formatValue(mean)}, std ${formatValue(std)})`,
                )
                .join(', ')}
            </li>
          ))}
        </ul>
      </Card>
    </>
  )
}
