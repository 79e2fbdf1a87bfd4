// The product's addresses for probes: every route of contracts' table.
import { randomUUID } from 'node:crypto'
import { ROUTES } from '@mistudio/contracts'

/** @typedef {{ name: string, method: string, path: string, scope: import('@mistudio/contracts').Scope | null, query?: any, body?: any }} Address */

/** @type {readonly Address[]} */
export const ADDRESSES = [...Object.entries(ROUTES).map(([name, route]) => ({ name, ...route }))]

/** Values of path parameters that name nothing which exists. @type {Record<string, () => string>} */
const PARAMS = {
  id: randomUUID,
  index: () => '0',
  step: () => '1',
  action: () => 'cancel',
  name: () => 'cfg.json',
  layout: () => 'saelens',
}

/** A path with its parameters filled, with `given` where it says so. @param {Address} address @param {Record<string, string>} [given] */
export const pathOf = ({ path }, given = {}) =>
  path.replace(/:(\w+)/g, (_, name) => given[name] ?? (PARAMS[name] ?? randomUUID)())

/** Names of path parameters. @param {Address} address */
export const paramsOf = ({ path }) => [...path.matchAll(/:(\w+)/g)].map((match) => String(match[1]))
