// Settings: import roots, Hugging Face token, API keys, signed-in browsers, appearance, about.
import LogOut from 'lucide-react/icons/log-out'
import { useMe, useRead } from '../../../data/index.js'
import { useLogout } from '../../../data/session.js'
import {
  Button,
  Card,
  cx,
  Facts,
  Page,
  Tabs,
  type ThemeChoice,
  toast,
  useTabParam,
  useTheme,
} from '../../../ui/index.js'
import { ApiKeys } from './api-keys.js'
import { HubTokenCard } from './hub-token.js'
import { ImportRoots } from './import-roots.js'
import { Sessions } from './sessions.js'

export function SettingsPage() {
  const [tab, setTab] = useTabParam(['import', 'hub', 'keys', 'sessions', 'appearance', 'about'])
  return (
    <Page title="Settings">
      <Tabs
        label="Settings"
        tabs={[
          { id: 'import', label: 'Import roots' },
          { id: 'hub', label: 'Hugging Face' },
          { id: 'keys', label: 'API keys' },
          { id: 'sessions', label: 'Sessions' },
          { id: 'appearance', label: 'Appearance' },
          { id: 'about', label: 'About' },
        ]}
        value={tab}
        onChange={setTab}
      >
        {tab === 'import' && <ImportRoots />}
        {tab === 'hub' && <HubTokenCard />}
        {tab === 'keys' && <ApiKeys />}
        {tab === 'sessions' && <Sessions />}
        {tab === 'appearance' && <Appearance />}
        {tab === 'about' && <About />}
      </Tabs>
    </Page>
  )
}

const THEMES: readonly { value: ThemeChoice; label: string; hint: string }[] = [
  { value: 'dark', label: 'Dark', hint: 'Easy on the eyes beside a terminal' },
  { value: 'light', label: 'Light', hint: 'For bright rooms and print' },
  { value: 'system', label: 'As the system', hint: 'Follows the setting of this computer' },
]

function Appearance() {
  const { choice, choose } = useTheme()
  return (
    <Card title="Theme" description="Kept in this browser.">
      <div role="radiogroup" aria-label="Theme" className="grid gap-3 sm:grid-cols-3">
        {THEMES.map(({ value, label, hint }) => (
          <label
            key={value}
            className={cx(
              'cursor-pointer rounded-lg border p-4 has-focus-visible:outline-2 has-focus-visible:outline-ring',
              choice === value ? 'border-tone-emerald bg-tone-emerald/10' : 'border-line-strong hover:bg-hover',
            )}
          >
            <input
              type="radio"
              name="theme"
              value={value}
              checked={choice === value}
              onChange={() => choose(value)}
              className="sr-only"
            />
            <span className="block font-medium text-heading">
              {label}
              {choice === value && <span className="ml-2 text-xs text-tone-emerald">chosen</span>}
            </span>
            <span className="block text-xs text-muted">{hint}</span>
          </label>
        ))}
      </div>
    </Card>
  )
}

function About() {
  const me = useMe()
  const info = useRead('systemInfo')
  const logout = useLogout()
  return (
    <Card
      title="MechInterp Studio"
      description="Bring a model and a text, train sparse autoencoders, read their features, steer with them. Runs on your own machine and sends nothing anywhere."
      actions={
        <Button
          icon={LogOut}
          busy={logout.isPending}
          onClick={() => logout.mutate(undefined, { onError: (error) => toast.error(error) })}
        >
          Log out
        </Button>
      }
    >
      <Facts
        rows={[
          ['Version', me.data?.version ?? '–'],
          [
            'You may',
            me.data?.scope === 'admin'
              ? 'look, change and administer'
              : me.data?.scope === 'write'
                ? 'look and change'
                : 'look',
          ],
          [
            'Data folder',
            <span key="dir" className="font-mono text-xs">
              {info.data?.dataDir ?? '–'}
            </span>,
          ],
          ['Licence', 'Apache 2.0'],
        ]}
      />
    </Card>
  )
}
