// What the server knows and how it is changed, for every room.
export * from './lists.js'
export { ask, read, useRead } from './read.js'
export { send, useRename, useSend } from './send.js'
