// @vitest-environment happy-dom
// Guards: the shell finds every room, and every page that a room defines.
import { describe, expect, it } from 'vitest'
import type { RoomLine } from '../kit/index.js'
import { places } from '../places/index.js'
import { GROUPS, PAGES, ROOMS } from './nav.js'

describe('the rooms of the shell', () => {
  it('have a page at every address that they define, and no other', () => {
    const addresses = Object.values(places).map(({ path }) => path)
    expect(PAGES.map(({ path }) => path).sort()).toEqual(addresses.filter((path) => path !== places.login.path).sort())
  })
  it('load each page when it is visited', async () => {
    for (const { path, lazy } of PAGES) {
      const { Component } = typeof lazy === 'function' ? await lazy() : {}
      expect(Component, path).toBeTypeOf('function')
    }
  })
  it('have a letter and a place in their group each', () => {
    const said = (of: (room: RoomLine) => string) => ROOMS.map(of)
    for (const of of [said(({ key }) => key), said(({ group, order }) => `${group} ${order}`)])
      expect(of).toEqual([...new Set(of)])
    expect(GROUPS.every(({ rooms }) => rooms.length > 0)).toBe(true)
  })
})
