// Sites as buttons, and what can be done at one: a small menu beside the button. The browser closes it on Escape and on a press elsewhere, and
// gives the focus back.
import type { Model, Site } from '@mistudio/contracts'
import Boxes from 'lucide-react/icons/boxes'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import { type ReactNode, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { CopyButton, cx, formatNumber, LinkButton, Tooltip } from '../../../ui/index.js'
import { captureAddress, isTrainable, trainingAddress } from '../prepare.js'

/** Opens the menu of a site beside the button that stands for it. */
export type OpenSite = (site: Site, button: Element) => void

const WIDTH = 288
/** Below the button when that much room is left. */
const HEIGHT = 220

function placeBeside(menu: HTMLElement, button: Element): void {
  const box = button.getBoundingClientRect()
  menu.style.left = `${Math.max(12, Math.min(box.left, window.innerWidth - WIDTH - 12))}px`
  const below = window.innerHeight - box.bottom > HEIGHT
  menu.style.top = below ? `${box.bottom + 6}px` : 'auto'
  menu.style.bottom = below ? 'auto' : `${window.innerHeight - box.top + 6}px`
}

/** One menu for all sites of a page: `menu` is to be drawn once, `open` shows it. */
export function useSiteMenu(model: Model): { menu: ReactNode; open: OpenSite } {
  const panel = useRef<HTMLDivElement>(null)
  const title = useId()
  const [site, setSite] = useState<Site | null>(null)
  const open: OpenSite = (next, button) => {
    // Drawn before it is shown, so that its first action can take the focus.
    flushSync(() => setSite(next))
    if (!panel.current) return
    placeBeside(panel.current, button)
    panel.current.showPopover()
    panel.current.querySelector<HTMLElement>('a, button')?.focus()
  }
  const menu = (
    <div
      ref={panel}
      popover="auto"
      role="dialog"
      aria-labelledby={title}
      style={{ width: WIDTH }}
      className="fixed m-0 rounded-lg border border-line-strong bg-modal p-3 text-sm shadow-xl"
    >
      {site && <SiteActions model={model} site={site} title={title} />}
    </div>
  )
  return { menu, open }
}

function SiteActions({ model, site, title }: { model: Model; site: Site; title: string }) {
  const capture = captureAddress(model, site)
  return (
    <>
      <p id={title} className="font-mono text-xs wrap-anywhere text-heading">
        {site.name}
      </p>
      <p className="mt-1 text-xs text-muted">
        {site.shape} · {formatNumber(site.width)} {site.kind === 'pattern' ? 'heads' : 'values per token'}
      </p>
      <div className="mt-3 flex flex-col items-stretch gap-2">
        {isTrainable(model, site) && (
          <LinkButton size="sm" kind="primary" icon={GraduationCap} to={trainingAddress(model, site)}>
            Train an SAE here
          </LinkButton>
        )}
        {capture && (
          <LinkButton size="sm" icon={Boxes} to={capture}>
            Capture activations here
          </LinkButton>
        )}
        <CopyButton text={site.name} label="Copy name" />
      </div>
      {site.kind === 'pattern' && (
        <p className="mt-2 text-xs text-muted">
          Attention weights grow with the context; no SAE can be trained on them.
        </p>
      )}
    </>
  )
}

interface SiteButtonProps {
  site: Site
  trainable: boolean
  onOpen: OpenSite
}

/** A site as a button of 24 px around a small dot. */
export function SiteButton({ site, trainable, onOpen }: SiteButtonProps) {
  return (
    <Tooltip text={`${site.name} · ${site.shape}`}>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={`Site ${site.name}, ${site.shape}`}
        onClick={(event) => onOpen(site, event.currentTarget)}
        className="group inline-flex size-6 items-center justify-center rounded-full"
      >
        <span
          className={cx(
            'size-3 rounded-full border-2 transition-transform duration-150 group-hover:scale-125',
            trainable ? 'border-tone-emerald bg-tone-emerald' : 'border-tone-slate bg-card',
          )}
        />
      </button>
    </Tooltip>
  )
}
