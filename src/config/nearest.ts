/** Edits (insert, delete, replace, swap of neighbours) that make `from` into `to`. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return at(from.length, to.length)
}

/** The known word that was probably meant, when one is near enough: a third of its letters may differ. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 50) return undefined
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_]/g, '')
  const ranked = known
    .map(candidate => ({ candidate, edits: distance(plain(word), plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  if (best === undefined || best.edits > Math.max(1, Math.floor(best.candidate.length / 3))) return undefined
  return best.candidate
}
