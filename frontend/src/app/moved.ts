// Where rooms lie now whose address was another in earlier versions. Pure.
export const MOVED: Readonly<Record<string, string>> = { training: 'trainings', activations: 'captures' }

/** The address of today for an earlier one, with everything behind the room's name. */
export const movedTo = (address: URL): string => {
  const [, room = '', ...rest] = address.pathname.split('/')
  return `/${[MOVED[room] ?? room, ...rest].join('/')}${address.search}`
}
