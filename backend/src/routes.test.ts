// Guards the inventory: every entry of the route table is served with its scope, and nothing is served without one.

import { ROUTES, type Route } from '@mistudio/contracts'
import { RequestMethod } from '@nestjs/common'
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js'
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCOPE_KEY } from './common/route.js'
import { startTestApp, type TestApp } from './testing/app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

/** `METHOD /path` of every handler with its declared scope. */
function handlers(): Map<string, unknown> {
  const found = new Map<string, unknown>()
  const discovery = new DiscoveryService(test.app.get(ModulesContainer))
  for (const { instance } of discovery.getControllers()) {
    const prototype: Record<string, unknown> = Object.getPrototypeOf(instance)
    for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
      const handler = prototype[name]
      if (typeof handler !== 'function') continue
      const method: RequestMethod | undefined = Reflect.getMetadata(METHOD_METADATA, handler)
      if (method === undefined) continue
      const key = `${RequestMethod[method]} ${Reflect.getMetadata(PATH_METADATA, handler)}`
      found.set(key, Reflect.getMetadata(SCOPE_KEY, handler))
    }
  }
  return found
}

describe('route table', () => {
  it('is served whole, each entry with its scope', () => {
    const served = handlers()
    for (const route of Object.values(ROUTES) as Route[]) {
      expect(served.get(`${route.method} ${route.path}`), `${route.method} ${route.path}`).toBe(route.scope ?? 'open')
    }
  })

  it('leaves no handler without a scope', () => {
    for (const [name, scope] of handlers()) expect(['open', 'read', 'write', 'admin'], name).toContain(scope)
  })

  it('refuses every scoped route without a credential', async () => {
    for (const route of Object.values(ROUTES) as Route[]) {
      if (route.scope === null) continue
      const path = route.path.replace(/:id/, '00000000-0000-4000-8000-000000000000').replace(/:\w+/g, '1')
      const answer = await test.call(route.method, path, undefined, {})
      expect(answer.body.error?.code, `${route.method} ${path}`).toBe('unauthenticated')
    }
  })

  it('is described by OpenAPI', async () => {
    const response = await fetch(`${test.url}/api/docs-json`)
    const document = (await response.json()) as { paths: Record<string, unknown> }
    for (const route of Object.values(ROUTES)) {
      expect(document.paths).toHaveProperty([
        `/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`,
        route.method.toLowerCase(),
      ])
    }
  })
})
