// The contracts of miStudio: everything that crosses a process border, as zod schemas with their types.
export * from './common/index.js'
export * from './definition/index.js'
export * from './derived.js'
export * from './lists/index.js'
export * from './quality/index.js'
export * from './rooms.js'
export * from './secrets/index.js'
