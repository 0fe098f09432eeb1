/** FNV-1a with a final mix, so that keys that differ in one character land far apart. 32 bits, unsigned. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return mix(value)
}

/** MurmurHash3's finalizer: every bit of the input moves half of the output's. */
function mix(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/**
 * Rendezvous hashing: each candidate draws a score for the key and the highest wins, so a candidate that comes or
 * goes moves only the keys that it wins or had won. `seed` is the hash of the candidate's address.
 */
export function nearest<T extends { readonly seed: number }>(
  key: string,
  among: readonly T[],
): T | undefined {
  const own = hash(key)
  let best: T | undefined
  let high = -1
  for (const candidate of among) {
    const score = mix(own ^ candidate.seed)
    if (score > high) {
      best = candidate
      high = score
    }
  }
  return best
}
