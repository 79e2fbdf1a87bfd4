export * from './figures.js'
export * from './judge.js'
export * from './judged.js'
