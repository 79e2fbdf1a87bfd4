// miStudio's client: typed REST calls and the live socket. Used by the UI, the command line and the tests.
export type { RawAddresses } from './addresses.js'
export * from './live.js'
export * from './rest.js'
