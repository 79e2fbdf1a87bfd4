// Fields of an SAE's configuration that nobody here reads. What one of them switches on could change the numbers, so it is not passed over.

/** Whether a value switches nothing on: null, false, 0, "", "none", or a list or object without content. */
export function isInert(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '' || value === 'none')
    return true
  return typeof value === 'object' && Object.values(value).every(isInert)
}

/** The first field that `known` says no to and that switches something on; null for none. */
export function unknownField(
  cfg: Readonly<Record<string, unknown>>,
  known: (name: string) => boolean,
): { readonly name: string; readonly value: string } | null {
  const found = Object.entries(cfg).find(([name, value]) => !known(name) && !isInert(value))
  return found ? { name: found[0], value: JSON.stringify(found[1]).slice(0, 80) } : null
}
