// The import table of CLAUDE.md as rules. What a package shows others is its `exports` map; everything else is its inside.

/** Who may import whom among our own workspaces. */
const ALLOWED = {
  'packages/contracts': [],
  'packages/onnx': [],
  'packages/kernels': [],
  'packages/formats': [],
  'packages/interp': ['packages/onnx', 'packages/formats', 'packages/kernels'],
  'packages/sae-engine': ['packages/onnx', 'packages/kernels', 'packages/interp'],
  'packages/client': ['packages/contracts'],
  'packages/sql': [],
  'packages/runs': ['packages/contracts', 'packages/sql'],
  'packages/ledger': ['packages/contracts', 'packages/sql'],
  'packages/cli': ['packages/contracts', 'packages/client', 'packages/onnx', 'packages/formats', 'packages/interp'],
  backend: ['packages/contracts', 'packages/sql', 'packages/runs', 'packages/ledger'],
  worker: [
    'packages/contracts',
    'packages/sql',
    'packages/runs',
    'packages/ledger',
    'packages/onnx',
    'packages/formats',
    'packages/interp',
    'packages/sae-engine',
  ],
  frontend: ['packages/contracts', 'packages/client'],
}
const WORKSPACES = Object.keys(ALLOWED)
/** The sources that a workspace shows others, from its `exports`. */
const facesOf = (workspace) => {
  const { exports = {} } = require(`./${workspace}/package.json`)
  return Object.values(exports).map((face) =>
    face['@mistudio/source'].replace('./', `^${workspace}/`).replace('.ts', '\\.ts$'),
  )
}
const either = (paths) => `^(${paths.join('|')})/`
/** Folders of a workspace that all of its rooms build on. */
const SHARED = {
  backend: ['common', 'generated', 'live', 'jobs', 'auth', 'testing'],
  worker: ['runner', 'runtime', 'tokenizer', 'files', 'models', 'supervisor'],
}

const importTable = WORKSPACES.map((workspace) => ({
  name: `import-table-of-${workspace.replace('packages/', '')}`,
  comment: `${workspace} may import ${ALLOWED[workspace].join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: `^${workspace}/` },
  to: { path: either(WORKSPACES.filter((other) => other !== workspace && !ALLOWED[workspace].includes(other))) },
}))

const publicFaces = WORKSPACES.map((workspace) => ({
  name: `only-the-face-of-${workspace.replace('packages/', '')}`,
  comment: `Others import ${workspace} by its name, never a file inside.`,
  severity: 'error',
  from: { path: either(WORKSPACES.filter((other) => other !== workspace)) },
  to: { path: `^${workspace}/`, pathNot: facesOf(workspace) },
}))

/** Which rooms of the science may build on which. What others import has a face each (`@mistudio/interp/models`). */
const SCIENCE = {
  random: [],
  quantisation: [],
  activations: [],
  features: ['random'],
  models: ['quantisation'],
  generation: ['models', 'random'],
  exports: ['models'],
  parity: ['models', 'quantisation', 'exports'],
  saes: ['models', 'random'],
}
const science = Object.entries(SCIENCE).map(([room, below]) => ({
  name: `floor-of-${room}-in-interp`,
  comment: `In interp, ${room} builds on ${below.join(', ') || 'no other room'}.`,
  severity: 'error',
  from: { path: `^packages/interp/src/${room}/`, pathNot: '\\.test\\.ts$|/testing(\\.ts|/)|/conformance/' },
  to: { path: '^packages/interp/src/', pathNot: `^packages/interp/src/(${[room, ...below].join('|')})/` },
}))

/** A room of backend or worker reaches a neighbour through `index` or a face the room's kind has. */
const rooms = [
  {
    workspace: 'backend',
    faces: '([^/]+\\.(service|repository|mapper)|partitions)\\.ts',
  },
  { workspace: 'worker', faces: 'index.ts' },
].map(({ workspace, faces }) => ({
  name: `rooms-of-${workspace}`,
  comment: `A room of ${workspace} does not import a neighbour's inside: use its face or a shared folder.`,
  severity: 'error',
  from: {
    path: `^${workspace}/src/([^/]+)/.+`,
    pathNot: '\\.test\\.tsx?$|/testing(\\.ts|/)',
  },
  to: {
    path: `^${workspace}/src/[^/]+/.+`,
    pathNot: [
      `^${workspace}/src/$1/`,
      `^${workspace}/src/(${SHARED[workspace].join('|')})/`,
      `^${workspace}/src/[^/]+/${faces}$`,
    ],
  },
}))

/**
 * Floors of the UI, the highest first. A folder imports what lies below it, never what lies above or beside it; only folders of one
 * floor's entry (`charts/plot` and `charts/export`) know one another. Rooms are neighbours and never import one another.
 */
const FLOORS = [
  ['app'],
  ['rooms/[^/]+'],
  ['shared'],
  ['kit'],
  ['jobs'],
  ['data'],
  ['live', 'charts', 'tokens'],
  ['ui'],
  ['places'],
]
const inUi = (folders) => `^frontend/src/(${folders.join('|')})(/|\\.tsx?$)`
const floors = FLOORS.flatMap((floor, index) =>
  floor.map((folder) => ({
    name: `floor-of-${folder.split('/')[0]}`,
    comment: `frontend/src/${folder} imports only floors below it: ${FLOORS.slice(index + 1)
      .flat()
      .join(', ')}.`,
    severity: 'error',
    from: { path: `^frontend/src/(${folder})(/|\\.tsx?$)` },
    to: { path: inUi(FLOORS.slice(0, index + 1).flat()), pathNot: '^frontend/src/$1(/|\\.tsx?$)' },
  })),
)

module.exports = {
  forbidden: [
    ...importTable,
    ...publicFaces,
    ...science,
    ...rooms,
    ...floors,
    {
      name: 'one-door-to-onnxruntime',
      comment:
        'Only packages/onnx/src/ort.ts imports onnxruntime-node, so that every tensor program goes through Runtime.',
      severity: 'error',
      from: { pathNot: '^packages/onnx/src/ort\\.ts$' },
      to: { path: 'onnxruntime-(node|common|web)' },
    },
    {
      name: 'supervisor-without-numerics',
      comment: 'A native call blocks the event loop; the process that holds leases never loads one (ADR 0002).',
      severity: 'error',
      from: {
        path: '^worker/src/(main|config)\\.ts$|^worker/src/supervisor/',
        pathNot: '\\.test\\.tsx?$|/testing(\\.ts|/)',
      },
      to: {
        path: '^packages/(onnx|interp|kernels|sae-engine)/|^worker/src/(runtime|models|trainings|extractions|features|steering)/',
        reachable: true,
      },
    },
    {
      name: 'no-cycles',
      comment: 'Cycles make the order of loading matter. Cycles of types only are free.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-tests-in-products',
      severity: 'error',
      from: { pathNot: '\\.test\\.tsx?$|/testing(\\.ts|/)' },
      to: { path: '\\.test\\.tsx?$' },
    },
    {
      name: 'declared-packages-only',
      comment: 'A package that is used is named in the package.json of the workspace that uses it.',
      severity: 'error',
      from: { path: either(WORKSPACES), pathNot: '\\.test\\.tsx?$|/testing(\\.ts|/)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '(^|/)(dist|build|generated|assembly)/.*\\.test\\.|^packages/[^/]+/build/|/assembly/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@mistudio/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
}
