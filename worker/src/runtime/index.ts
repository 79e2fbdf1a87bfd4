// The numeric runtime of a runner process: ONNX Runtime, one for everybody. Only runners import this, never the supervisor.
import type { Runtime } from '@mistudio/onnx'
import { createOrtRuntime, ortVersion } from '@mistudio/onnx/ort'

/** Threads are chosen per session by whoever creates one. */
export const runtime: Runtime = createOrtRuntime()

/** What runs the graphs, with its version, for reports. */
export const runtimeVersion: string = `${runtime.name} ${ortVersion()}`
