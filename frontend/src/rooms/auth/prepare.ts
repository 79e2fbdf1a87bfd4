// Where to go after login: only addresses of this app.
import { places } from '../../places/index.js'

export const safeTarget = (from: unknown): string =>
  typeof from === 'string' && /^\/(?![/\\])/.test(from) && !from.startsWith(places.login()) ? from : places.home()
