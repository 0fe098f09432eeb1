/** A small file of ours with a text by name; nothing where it is not there, or does not read as that. Pure. */
export function parseNotes(text: string | undefined): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {}
  } catch {
    return {}
  }
}
