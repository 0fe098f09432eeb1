import type { Readable, Writable } from 'node:stream'

/** Passes bytes on, no faster than `to` takes them: what waits is never more than the two sockets' buffers. */
export function pump(from: Readable, to: Writable, onBytes: (count: number) => void): void {
  from.on('data', (chunk: Buffer) => {
    onBytes(chunk.length)
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
}
