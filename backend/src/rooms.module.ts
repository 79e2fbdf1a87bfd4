// Puts the parts of all rooms together, found by what they are: a class below `<room>/` with @Controller() serves, one with
// @Injectable() is given to whoever asks for it by type. No list names them; who may import whom is checked by `npm run deps`.
import { readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { ROOMS } from '@mistudio/contracts'
import { type DynamicModule, Module, type Type } from '@nestjs/common'
import { CONTROLLER_WATERMARK, INJECTABLE_WATERMARK } from '@nestjs/common/constants.js'

/** Sources when tests run them, what was built of them else. */
const ENDING = extname(import.meta.url)

type Face = Readonly<Record<string, unknown>>
const isClass = (value: unknown): value is Type => typeof value === 'function'
const marked = (faces: readonly Face[], mark: string): Type[] =>
  faces
    .flatMap((face) => Object.values(face))
    .filter((part): part is Type => isClass(part) && Reflect.hasMetadata(mark, part))

/** All files of a room's own folder. @throws Error when it has none. */
async function facesOf(room: string): Promise<Face[]> {
  const folder = new URL(`./${room}/`, import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith(ENDING) && !file.includes('.test.'))
  return Promise.all(files.sort().map((file): Promise<Face> => import(new URL(file, folder).href)))
}

@Module({})
export class RoomsModule {
  static async all(): Promise<DynamicModule> {
    const rooms = await Promise.all(
      ROOMS.map(async ({ name }) => {
        const faces = await facesOf(name)
        const controllers = marked(faces, CONTROLLER_WATERMARK)
        if (controllers.length === 0)
          throw new Error(`backend/src/${name} has no controller: nothing serves its routes.`)
        return { controllers, providers: marked(faces, INJECTABLE_WATERMARK) }
      }),
    )
    const providers = rooms.flatMap((room) => room.providers)
    return {
      module: RoomsModule,
      global: true,
      controllers: rooms.flatMap((room) => room.controllers),
      providers,
      exports: providers,
    }
  }
}
