// Starts one stack for all journeys and hands its address, key and folder to the tests through the environment.
import { startStack } from './lib/stack.mjs'

export default async function setup(): Promise<() => Promise<void>> {
  const stack = await startStack()
  process.env['MISTUDIO_URL'] = stack.url
  process.env['MISTUDIO_API_KEY'] = stack.apiKey
  process.env['MISTUDIO_E2E_DATA_DIR'] = stack.dataDir
  return () => stack.stop()
}
