// Links out of the import roots: no file behind one is read, whatever folder it lies in, and nothing of it comes back anywhere.
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf, jsonOf, short } from '../lib/http.mjs'
import { keepSecret, unless } from '../lib/probes.mjs'
import { copied, jobEnd, modelFolder } from '../lib/subjects.mjs'

/** @typedef {import('../lib/instance.mjs').Instance} Instance */
const CANARY = 'kanarienvogel_7Qx31'
const TEXT = `${CANARY} ${CANARY}\n`
const JSON_TEXT = JSON.stringify({ model_type: CANARY, architecture: CANARY, [CANARY]: CANARY })
/** A safetensors file whose only tensor bears the canary's name. */
const TENSORS = (() => {
  const header = Buffer.from(JSON.stringify({ [CANARY]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, Buffer.alloc(4)])
})()
/** The first eight bytes, as an error may show them when it takes them for a length. */
const LEAKS = [CANARY, CANARY.slice(0, 8), Buffer.from(CANARY).readBigUInt64LE().toString()]

const MODEL_FILES = [
  ...['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json', 'golden.json'],
  ...['model.safetensors', 'golden.safetensors', 'chat_template.jinja', 'model.safetensors.index.json'],
]
const SAE_FILES = [
  ...[
    'cfg.json',
    'sae_weights.safetensors',
    'sae.safetensors',
    'params.npz',
    'hyperparams.json',
    'sparsity.safetensors',
  ],
]

/** Puts a link to `content` outside the roots where a file was or may be. @param {Instance} instance @param {string} file @param {string | Buffer} content */
const linkOut = async (instance, file, content) => {
  const outside = join(await outsideFolder(instance), basename(file))
  await writeFile(outside, content)
  await rm(file, { force: true })
  await symlink(outside, file)
}
let folders = 0
const outsideFolder = async (/** @type {Instance} */ { scratch }) => {
  const folder = join(scratch, `outside-${folders++}`)
  await mkdir(folder)
  return folder
}

/** Whatever the product says of a model folder, as one text. @param {Instance} instance @param {string} path */
const saidOfModel = async (instance, path) => {
  const said = [await instance.ask({ method: 'POST', json: { path } }, '/models/inspect')]
  const made = await instance.ask({ method: 'POST', json: { path } }, '/models')
  said.push(made)
  const model = jsonOf(made)?.data
  if (model) {
    await jobEnd(instance, model)
    const chat = { modelId: model.id, messages: [{ role: 'user', content: 'hello' }] }
    for (const at of ['', '/parity', '/tensors']) said.push(await instance.ask({}, `/models/${model.id}${at}`))
    said.push(await instance.ask({}, `/jobs/${model.job.id}/events`))
    said.push(await instance.ask({ method: 'POST', json: chat }, '/steering/chat-preview'))
    await instance.ask({ method: 'DELETE' }, `/models/${model.id}`)
  }
  return said.map((answer) => short(answer) + answer.text).join('\n')
}

/** @param {Instance} instance */
const logsOf = async ({ dataDir }) =>
  (await Promise.all(['backend', 'worker'].map((name) => readFile(join(dataDir, 'logs', `${name}.log`), 'utf8')))).join(
    '\n',
  )

/** @param {string} said */
const leakIn = (said) => LEAKS.find((leak) => said.includes(leak))

/** @type {import('../main.mjs').Group} */
export const links = {
  name: 'links',
  about: 'symbolic links in model, SAE, ONNX, dataset and hub cache folders to files outside the roots',
  short: true,
  run: async ({ probe, instance, brief }) => {
    keepSecret('canary', CANARY)
    const inspect = (/** @type {string} */ room, /** @type {unknown} */ json) =>
      instance.ask({ method: 'POST', json }, `/${room}/inspect`)

    for (const file of brief ? ['chat_template.jinja', 'config.json', 'model.safetensors'] : MODEL_FILES) {
      await probe(`models: ${file} is a link to a canary`, async () => {
        for (const content of /json/.test(file)
          ? [JSON_TEXT, TEXT]
          : /safetensors/.test(file)
            ? [TENSORS, TEXT]
            : [TEXT]) {
          const folder = await modelFolder(instance)
          await linkOut(instance, join(folder, file), content)
          const leak = leakIn(await saidOfModel(instance, folder))
          if (leak) return { sent: `a folder with the link ${file}`, got: `its content: ${leak}` }
        }
        return null
      })
    }
    for (const [from, files] of /** @type {[string, string[]][]} */ ([
      ['models/gpt2', ['config.json', 'tokenizer.json', 'model.safetensors']],
      ['exports/gpt2', ['config.json', 'model.onnx']],
    ])) {
      for (const file of files) {
        await probe(`${from}: ${file} lies outside behind a link and is not opened`, async () => {
          const folder = await modelFolder(instance, from)
          await linkOut(instance, join(folder, file), await readFile(join(folder, file)))
          const answer = await inspect('models', { path: folder })
          return unless(answer.status >= 400 && answer.status < 500, `a link ${file}`, short(answer))
        })
      }
    }
    for (const file of SAE_FILES) {
      await probe(`SAEs: ${file} is a link to a canary`, async () => {
        for (const content of /safetensors/.test(file) ? [TENSORS, TEXT] : [JSON_TEXT, TEXT]) {
          const folder = await copied(instance, 'formats/saelens_jumprelu')
          if (!/cfg|sae_weights|sparsity/.test(file)) await rm(join(folder, 'sae_weights.safetensors'))
          await linkOut(instance, join(folder, file), content)
          const leak = leakIn((await inspect('saes', { source: { kind: 'folder', path: folder } })).text)
          if (leak) return { sent: `a folder with the link ${file}`, got: `its content: ${leak}` }
        }
        return null
      })
    }
    for (const file of ['cfg.json', 'sae_weights.safetensors']) {
      await probe(`SAEs: ${file} lies outside behind a link and is not opened`, async () => {
        const folder = await copied(instance, 'formats/saelens_jumprelu')
        await linkOut(instance, join(folder, file), await readFile(join(folder, file)))
        const answer = await inspect('saes', { source: { kind: 'folder', path: folder } })
        return unless(answer.status >= 400 && answer.status < 500, `a link ${file}`, short(answer))
      })
    }
    await probe('datasets: a file that is a link outside', async () => {
      const path = join(await instance.folder('text'), 'text.jsonl')
      await linkOut(instance, path, JSON.stringify({ text: CANARY }))
      const answer = await instance.ask(
        { method: 'POST', json: { source: { type: 'path', path } } },
        '/datasets/preview',
      )
      return unless(answer.status === 403 && !leakIn(answer.text), 'a dataset behind a link', short(answer))
    })
    await probe('a folder on the way is a link outside', async () => {
      const real = join(await outsideFolder(instance), 'model')
      const folder = await modelFolder(instance)
      await rename(folder, real)
      await symlink(dirname(real), folder)
      const answer = await inspect('models', { path: join(folder, 'model') })
      return unless(codeOf(answer) === 'path_outside_roots', 'a folder behind a link', short(answer))
    })
    for (const target of ['/dev/zero', '/proc/self/environ', '.']) {
      await probe(`models: config.json is a link to ${target}`, async () => {
        const folder = await modelFolder(instance)
        await rm(join(folder, 'config.json'))
        await symlink(target, join(folder, 'config.json'))
        const answer = await inspect('models', { path: folder })
        return unless(answer.status >= 400 && answer.status < 500 && !/PATH=/.test(answer.text), target, short(answer))
      })
    }
    await probe('SAEs: a loop of links', async () => {
      const folder = await copied(instance, 'formats/saelens_jumprelu')
      await rm(join(folder, 'cfg.json'))
      await symlink('cfg.json', join(folder, 'cfg.json'))
      const answer = await inspect('saes', { source: { kind: 'folder', path: folder } })
      return unless(answer.status >= 400 && answer.status < 500, 'cfg.json → cfg.json', short(answer))
    })
    await probe('a link to a file of the same root is followed', async () => {
      const folder = await modelFolder(instance)
      await rename(join(folder, 'config.json'), join(folder, 'config.kept.json'))
      await symlink('config.kept.json', join(folder, 'config.json'))
      const answer = await inspect('models', { path: folder })
      return unless(answer.status === 200, 'a link inside the root', short(answer))
    })
    await hubCache({ probe, instance })
    for (const folder of ['', 'secrets', 'logs', 'postgres']) {
      await probe(`the data folder is not browsed: ${folder || 'its top'}`, async () => {
        const path = join(instance.dataDir, folder)
        const answer = await instance.ask({}, `/files?path=${encodeURIComponent(path)}`)
        return unless(answer.status === 403, `browse ${path}`, short(answer))
      })
    }
    await probe('the data folder cannot be made an import root', async () => {
      const before = jsonOf(await instance.ask({}, '/settings')).data
      for (const root of [instance.dataDir, join(instance.dataDir, 'secrets'), dirname(instance.dataDir)]) {
        const json = { importRoots: [root] }
        const answer = await instance.ask({ method: 'PATCH', json }, '/settings')
        const seen = await instance.ask({}, `/files?path=${encodeURIComponent(join(instance.dataDir, 'secrets'))}`)
        await instance.ask({ method: 'PATCH', json: { importRoots: before.importRoots } }, '/settings')
        if (seen.status === 200) return { sent: json, got: `${short(answer)}; then the secrets are listed` }
      }
      return null
    })
    await probe('no canary in the logs', async () => unless(!leakIn(await logsOf(instance)), undefined, 'the canary'))
  },
}

/** A snapshot in the cache of the hub's tools whose files are links out of the cache. @param {{ probe: import('../main.mjs').Probe, instance: Instance }} on */
const hubCache = async ({ probe, instance }) => {
  await probe('hub cache: a snapshot that links out of the cache', async () => {
    const commit = 'c'.repeat(40)
    const home = join(instance.scratch, 'cache', 'models--attack--cached')
    const [snapshot, outside] = [join(home, 'snapshots', commit), await outsideFolder(instance)]
    await mkdir(snapshot, { recursive: true })
    await mkdir(join(home, 'refs'), { recursive: true })
    await writeFile(join(home, 'refs', 'main'), commit)
    const model = await modelFolder(instance)
    for (const [i, file] of ['config.json', 'tokenizer.json', 'model.safetensors'].entries()) {
      const target = join(outside, String(i).repeat(40))
      await writeFile(target, file === 'config.json' ? JSON_TEXT : await readFile(join(model, file)))
      await symlink(target, join(snapshot, file))
    }
    const answer = await instance.ask({ method: 'POST', json: { repo: 'attack/cached' } }, '/hub/inspect')
    return unless(!leakIn(answer.text), 'a snapshot with links', short(answer))
  })
}
