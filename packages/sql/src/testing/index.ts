// For tests: a database of their own, and the check of statements.
export * from './database.js'
export { statementProblems } from './problems.js'
