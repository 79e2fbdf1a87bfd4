// Alerts that a training raised.
import type { Training, TrainingAlert } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Notice } from '../../../ui/index.js'

const TITLES: Record<TrainingAlert['kind'], string> = {
  diverged: 'It diverged',
  l0_collapse: 'L0 collapsed',
  dead_share: 'Many features are dead',
}

export const Alerts = ({ alerts }: Pick<Training, 'alerts'>) =>
  alerts.map(({ kind, message }) => (
    <Notice key={kind} tone={kind === 'diverged' ? 'red' : 'amber'} icon={TriangleAlert} title={TITLES[kind]}>
      {message}
    </Notice>
  ))
