// Statements with typed parameters and columns, on a connection they are given. What they say is checked against the migrated database
// by `@mistudio/sql/testing`.
export { toJson } from './json.js'
export * from './statement.js'
export type { RowOf, Types } from './types.js'
