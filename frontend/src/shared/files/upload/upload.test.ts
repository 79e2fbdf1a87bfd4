import type { FolderUpload } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { rateOf, type Sample, secondsLeft, withSample } from './pace.js'
import { type Picked, selectDatasetFile, selectModelFiles, uploadToContinue } from './selection.js'

const picked = (path: string, size = 10, lastModified = 5): Picked => {
  const name = path.split('/').at(-1) ?? ''
  return { path, file: { name, size, lastModified } as File }
}
const folder = (...names: string[]): Picked[] => names.map((name) => picked(`tiny/${name}`))

describe('files of a model', () => {
  it('takes what a model needs from its folder and says what it leaves out', () => {
    const chosen = selectModelFiles([
      ...folder(
        'config.json',
        'tokenizer.json',
        'model.safetensors',
        'README.md',
        'pytorch_model.bin',
        '.gitattributes',
      ),
      picked('tiny/onnx/model.onnx'),
      picked('tiny/generation_config.json', 0),
    ])
    expect(chosen.name).toBe('tiny')
    expect(chosen.files.map(({ name }) => name)).toEqual(['config.json', 'tokenizer.json', 'model.safetensors'])
    expect(chosen.bytes).toBe(30)
    expect(chosen.problem).toBeNull()
    expect(Object.fromEntries(chosen.leftOut.map(({ name, reason }) => [name, reason]))).toEqual({
      'tiny/README.md': 'not needed',
      'tiny/pytorch_model.bin': 'a pickle',
      'tiny/.gitattributes': 'not needed',
      'tiny/onnx/model.onnx': 'in another folder',
      'tiny/generation_config.json': 'empty',
    })
  })

  it('takes the graph in onnx/ with its data where no weights lie beside config.json', () => {
    const below = ['model.onnx', 'model.onnx_data', 'model_fp16.onnx', 'model_fp16.onnx_data'].map((name) =>
      picked(`tiny/onnx/${name}`),
    )
    const top = folder('config.json', 'tokenizer.json')
    const names = (chosen: readonly Picked[]) => selectModelFiles(chosen).files.map(({ name }) => name)
    expect(names([...top, ...below])).toEqual(['config.json', 'tokenizer.json', 'model.onnx', 'model.onnx_data'])
    expect(names([...top, ...below.slice(2)])).toContain('model_fp16.onnx')
    expect(selectModelFiles([...top, picked('tiny/onnx/a.onnx'), picked('tiny/onnx/b.onnx')]).problem).toMatch(
      /weights/,
    )
  })

  it('takes files chosen one by one', () => {
    const chosen = selectModelFiles(['config.json', 'tokenizer.json', 'a.safetensors'].map((name) => picked(name)))
    expect([chosen.name, chosen.files.length, chosen.problem]).toEqual(['', 3, null])
  })

  it.each([
    [['config.json', 'tokenizer.json', 'pytorch_model.bin'], /pytorch_model\.bin.*safetensors/],
    [['config.json', 'tokenizer.json'], /no weights/],
    [['config.json', 'model.safetensors'], /^tokenizer\.json is missing/],
    [['model.safetensors'], /^config\.json and tokenizer\.json are missing/],
  ])('refuses %s before anything is sent', (names, problem) => {
    expect(selectModelFiles(folder(...names)).problem).toMatch(problem)
  })

  it('is continued only by the very same files', () => {
    const upload = (modified: number, modelId: string | null = null) =>
      ({ modelId, datasetId: null, files: [{ name: 'config.json', size: 10, modified }] }) as unknown as FolderUpload
    const { files } = selectModelFiles([picked('tiny/config.json')])
    const same = upload(5)
    expect(uploadToContinue(files, [upload(4), same])).toBe(same)
    expect(uploadToContinue(files, [upload(4), upload(5, 'a model')])).toBeNull()
  })
})

describe('the file of a dataset', () => {
  it('is one, of any name, and is continued under the name that the server gave it', () => {
    const chosen = selectDatasetFile([picked('my texts.jsonl')])
    expect(chosen).toMatchObject({ name: 'my texts.jsonl', bytes: 10, problem: null })
    const begun = {
      modelId: null,
      datasetId: null,
      files: [{ name: 'my_texts.jsonl', size: 10, modified: 5 }],
    } as unknown as FolderUpload
    expect(uploadToContinue(chosen.files, [begun])).toBe(begun)
    expect(uploadToContinue(chosen.files, [{ ...begun, datasetId: 'being imported' }])).toBeNull()
  })
  it.each([
    [[picked('a.txt'), picked('b.txt')], /one file/],
    [[picked('a.txt', 0)], /empty/],
  ])('is refused before anything is sent', (files, problem) => {
    expect(selectDatasetFile(files).problem).toMatch(problem)
  })
})

describe('pace of an upload', () => {
  const run = (points: readonly [number, number][]): readonly Sample[] =>
    points.reduce<readonly Sample[]>((samples, [at, bytes]) => withSample(samples, { at, bytes }), [])

  it('is that of the last ten seconds', () => {
    const samples = run([
      [0, 0],
      [1000, 100],
      [20_000, 200],
      [30_000, 10_200],
    ])
    expect(rateOf(samples)).toBe(1000)
    expect(secondsLeft(5000, rateOf(samples))).toBe(5)
  })

  it('is unknown at first, while nothing moves, and after going back', () => {
    expect(rateOf(run([[0, 0]]))).toBeNull()
    expect(
      secondsLeft(
        10,
        rateOf(
          run([
            [0, 0],
            [1000, 0],
          ]),
        ),
      ),
    ).toBeNull()
    expect(
      rateOf(
        run([
          [0, 0],
          [1000, 500],
          [2000, 100],
        ]),
      ),
    ).toBeNull()
  })
})
