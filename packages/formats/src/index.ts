// File formats of miStudio: every file that comes from outside is checked here, every file that we keep is written here.

export { formatOfName } from './datasets/detect.js'
export * from './datasets/open.js'
export * from './datasets/preview.js'
export * from './datasets/text.js'
export {
  type DatasetFileFormat,
  type DatasetRecord,
  MAX_RECORD_BYTES,
  TXT_COLUMN,
  type TxtMode,
} from './datasets/types.js'
export { DocumentReader, type DocumentsData, DocumentWriter } from './documents/store.js'
export * from './errors.js'
export * from './files/atomic.js'
export * from './files/json.js'
export * from './files/manifest.js'
export { listFolder, openRegularFile, openStream, readTextFile, readWhole, type StreamOptions } from './files/open.js'
export * from './files/resolve.js'
export { existingRoots, type FileRoot, type FileRoots, readingWithin } from './files/roots.js'
export { writeZip, type ZipMember } from './files/zip.js'
export { float16Bits, toFloat16 } from './npz/float16.js'
export type { NpyDtype } from './npz/npy.js'
export { NpzFile } from './npz/reader.js'
export { type NpyArray, writeNpz } from './npz/writer.js'
export * from './saelens/saelens.js'
export { gemmaScopePlace, readGemmaScope } from './saes/gemma-scope.js'
export { isInert, unknownField } from './saes/known-fields.js'
export { type OpenedSae, SAE_LAYOUTS, type SaeLayout } from './saes/layout.js'
export { type ListedFile, type ListedSae, listSaeFolders, SAELENS_SPARSITY } from './saes/listed.js'
export { llamaScopeCfg } from './saes/llama-scope.js'
export { openSaeFolder } from './saes/open.js'
export { sparsifyCfg, sparsifyPlace } from './saes/sparsify.js'
export { writeGemmaScopeFolder, writeSparsifyFolder } from './saes/write.js'
export { DTYPE_BYTES, float16ToFloat32Bits, type SafetensorsDtype } from './safetensors/dtypes.js'
export { MAX_HEADER_BYTES, type TensorEntry } from './safetensors/header.js'
export { MemoryTensors } from './safetensors/memory.js'
export { type RowSource, SafetensorsFile, type StreamedTensorSource, type TensorSource } from './safetensors/reader.js'
export { openTensorSource, pickleRefused } from './safetensors/source.js'
export { type TensorToWrite, writeSafetensors } from './safetensors/writer.js'
export type { TokensData } from './tokens/layout.js'
export { TokenReader } from './tokens/reader.js'
export { TokenWriter, type TokenWriterOptions } from './tokens/writer.js'
