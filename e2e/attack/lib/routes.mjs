// The product's addresses for probes: every route of contracts' table, and those with raw bytes that stand outside it.
import { randomUUID } from 'node:crypto'
import { FOLDER_UPLOAD_FILE_PATH, ROUTES, UPLOAD_PATH } from '@mistudio/contracts'

/** @typedef {{ name: string, method: string, path: string, scope: import('@mistudio/contracts').Scope | null, query?: any, body?: any }} Address */

/** @type {readonly Address[]} */
const RAW = [
  { name: 'upload', method: 'POST', path: UPLOAD_PATH, scope: 'write' },
  { name: 'folderPiece', method: 'PATCH', path: FOLDER_UPLOAD_FILE_PATH, scope: 'write' },
  { name: 'saeFile', method: 'GET', path: '/saes/:id/files/:name', scope: 'read' },
  { name: 'saeExportFile', method: 'GET', path: '/saes/:id/exports/:layout/file', scope: 'read' },
  { name: 'captureFile', method: 'GET', path: '/captures/:id/files/:name', scope: 'read' },
  { name: 'parityFile', method: 'GET', path: '/models/:id/parity/file', scope: 'read' },
  { name: 'metricsFile', method: 'GET', path: '/trainings/:id/metrics/file?format=csv', scope: 'read' },
]

/** @type {readonly Address[]} */
export const ADDRESSES = [...Object.entries(ROUTES).map(([name, route]) => ({ name, ...route })), ...RAW]

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
